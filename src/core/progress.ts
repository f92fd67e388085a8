import type { AppliedStep } from './outcome.js'

/** What a release has applied so far, over all the connections that it needed. */
export interface Progress {
  readonly applied: readonly AppliedStep[]
  /** Something stayed in the database that no applied migration accounts for, or nobody knows. */
  readonly touched: boolean
  touch(): void
  begin(name: string): void
  finish(step: AppliedStep): void
  /**
   * The connection was lost and the history has been read again: returns the migration that was under way then,
   * when it is not pending any more, because its COMMIT went through and only the answer was lost.
   */
  learn(pending: readonly string[]): AppliedStep | undefined
}

export function createProgress(): Progress {
  const applied: AppliedStep[] = []
  let touched = false
  let underway: AppliedStep | undefined
  return {
    applied,
    get touched() {
      return touched
    },
    touch: () => {
      touched = true
    },
    begin: (name) => {
      // Nobody will say how long it took.
      underway = { name, durationMs: 0, lockWaitMs: 0, attempts: 1, inTransaction: true }
    },
    finish: (step) => {
      underway = undefined
      applied.push(step)
    },
    learn: (pending) => {
      const step = underway
      underway = undefined
      if (step === undefined || pending.includes(step.name)) return undefined
      applied.push(step)
      return step
    },
  }
}
