import type { MigrationConnection } from './connection.js'
import type { Waits } from './statements.js'

/** How one migration went, for the ledger. */
export interface Attempted {
  readonly inTransaction: boolean
  readonly durationMs: number
  readonly lockWaitMs: number
  readonly attempts: number
}

/** An attempt as it is recorded: one whose record travels with it leaves its duration to the server's clock. */
export type Recorded = Omit<Attempted, 'durationMs'> & { readonly durationMs: number | undefined }

export interface ApplyOptions {
  readonly connection: MigrationConnection
  readonly searchPath: string
  readonly decamelize: boolean
  readonly lockTimeoutMs: number
  readonly lockRetryMs: number
  readonly signal?: AbortSignal | undefined
  /** The statement that writes history and ledger; sent in the migration's own transaction. */
  readonly record: (recorded: Recorded) => string
  /** A lock was not to be had in time (55P03), or a deadlock was broken (40P01); tried again after the pause. */
  readonly onLockTimeout: (sqlstate: string, attempt: number, pauseMs: number) => Promise<void>
  /** Runs a statement that waits for others by design, outside a transaction. */
  readonly patiently: (waits: Waits, work: () => Promise<void>) => Promise<void>
  /** Whether an earlier run may have done part of this migration without recording it. */
  readonly wasInterrupted: () => Promise<boolean>
  /** Makes sure of the release lock after SQL that may have let go of it; rejects when another one took it. */
  readonly keepLock: () => Promise<void>
  readonly onLog?: (line: string) => void
  /** The migration ended its transaction by itself. */
  readonly onOwnCommit: () => void
}

/** What an attempt has come to so far. */
export interface Tally {
  begun: boolean
  inTransaction: boolean
  /** Statements that the migration's own code sent while it was built. */
  asked: number
  stayed: number
  readonly attempted: () => Attempted
}
