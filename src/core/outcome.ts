import type { Drift } from './drift.js'

/** One applied migration of a run. */
export interface AppliedStep {
  readonly name: string
  readonly durationMs: number
  readonly lockWaitMs: number
  readonly attempts: number
  readonly inTransaction: boolean
}

/** What became of the restart. */
export type RestartOutcome =
  | {
      readonly restarted: true
      readonly dynos: readonly string[]
      readonly batches: number
      readonly durationMs: number
    }
  | { readonly restarted: false; readonly reason: string; readonly advice?: string }

/** What `release migrate` did, as plain data. */
export interface MigrateOutcome {
  /** `skipped`: the gate left everything alone; `nothing`: every migration was applied already. */
  readonly outcome: 'skipped' | 'nothing' | 'applied'
  /** Why it was skipped. */
  readonly reason?: string
  /** The command of another migrator that ran; then it is the one step of `applied`, and its history is its own. */
  readonly migrator?: string
  readonly applied: readonly AppliedStep[]
  /** Migrations in the history when the run ended; 0 after a command. */
  readonly appliedCount: number
  /** Applied migrations that are newer than every file: older code on a newer database. */
  readonly ahead: readonly string[]
  readonly drift: readonly Drift[]
  readonly lockWaitMs: number
  readonly durationMs: number
  readonly restart: RestartOutcome | undefined
}

/** What the work on the database came to, before any restart. */
export type Work = Omit<MigrateOutcome, 'restart' | 'durationMs'>

export const noWork: Work = {
  outcome: 'nothing',
  applied: [],
  appliedCount: 0,
  ahead: [],
  drift: [],
  lockWaitMs: 0,
}

export const skippedWork = (reason: string): Work => ({ ...noWork, outcome: 'skipped', reason })
