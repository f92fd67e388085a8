import type { Finding } from '../../core/finding.js'
import type { Hooks } from '../../core/hooks.js'
import type { MaintenanceRecord } from '../../core/maintenance.js'
import type { Progress } from '../../core/progress.js'
import type { Session } from '../../postgres/session.js'

/** A release that is about to migrate. */
export interface Closing {
  /** Holds the release lock, and has a ledger. */
  readonly session: Session
  readonly ends: AbortSignal
  /** What would cancel the session's statements, and cut it, soon after `ends`. */
  readonly cancel: { readonly dispose: () => void }
  readonly hooks: Hooks
  readonly progress: Progress
  readonly pendingCount: number
  /** What the judge says of what is pending. */
  readonly findings: readonly Finding[]
}

export interface Behind extends Closing {
  readonly wanted: boolean
  /** What an earlier release has left closed. */
  readonly found: MaintenanceRecord | undefined
}

/** Resolves with what was applied. */
export type Work = () => Promise<readonly { readonly name: string }[]>
