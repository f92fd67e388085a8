import type { Drift } from './drift.js'
import type { Plan } from './plan.js'
import type { ProcessType } from './restart.js'

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

/** What became of the app that a release has closed, or has found closed. */
export interface MaintenanceOutcome {
  /** Whether it is in maintenance mode now. */
  readonly on: boolean
  /** Why it still is, as the end of a sentence. */
  readonly reason?: string
  /** A command for the person to run. */
  readonly advice?: string
  /** Process types that were stopped and are up again. */
  readonly renewed: readonly ProcessType[]
  /** How long this release had it closed, or has by now; undefined: it did not close it. */
  readonly closedMs: number | undefined
}

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
  /** Undefined: maintenance mode was no matter. */
  readonly maintenance?: MaintenanceOutcome | undefined
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

/** What a run has applied, over all its connections. */
export const doneBy = ({ applied }: { readonly applied: readonly AppliedStep[] }) => ({
  outcome: applied.length === 0 ? ('nothing' as const) : ('applied' as const),
  applied,
})

export const countsOf = ({ appliedCount, ahead, drift }: Plan) => ({ appliedCount, ahead, drift })

/** Whoever stopped every process and started it anew has nothing left to restart. */
export function restartedByMaintenance({ maintenance }: Work): RestartOutcome | undefined {
  if (maintenance === undefined || maintenance.renewed.length === 0) return undefined
  return { restarted: false, reason: 'every process was stopped and started anew' }
}
