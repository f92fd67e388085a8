import { setTimeout as sleep } from 'node:timers/promises'
import { pauseMs } from '../core/retry.js'
import type { ApplyOptions, Attempted, Tally } from './attempt.js'
import type { MigrationConnection } from './connection.js'
import { sqlstateOf, StatementError } from './failure.js'
import { applyInTransaction } from './in-transaction.js'
import type { LoadedMigration } from './load.js'
import { rollBack, settle } from './send.js'

/** Thrown by a failed attempt, with what the ledger keeps of it. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError'
  readonly attempted: Attempted
  readonly stays: Stays

  constructor(cause: unknown, attempted: Attempted, stays: Stays) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.attempted = attempted
    this.stays = stays
  }
}

/** What of a failed attempt stays applied. */
export interface Stays extends Pick<Tally, 'inTransaction' | 'asked' | 'stayed' | 'partWay'> {
  /** The migration had ended its transaction by itself, so what ran before that stays. */
  readonly ownCommit: boolean
}

// Lock not available, deadlock detected: rolled back without a trace, so the same again may succeed.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const worthRetrying = new Set(['55P03', '40P01'])

/**
 * Applies one migration: in a transaction of its own with `lock_timeout`, as often as the retry budget allows,
 * or statement by statement where it asked for no transaction.
 */
export async function applyMigration(migration: LoadedMigration, given: ApplyOptions): Promise<Attempted> {
  // Not for a table lock, and with a bound of its own.
  let patientMs = 0
  const options: ApplyOptions = {
    ...given,
    patiently: async (waits, work) => {
      const waitsSince = performance.now()
      await given.patiently(waits, async () => {
        patientMs += performance.now() - waitsSince
        await work()
      })
    },
  }
  let triedSince = performance.now()
  let stayed = 0
  let lockWaitMs = 0
  for (let attempt = 1; ; attempt++) {
    const attemptAt = performance.now()
    const tally: Tally = {
      attempt,
      begun: false,
      inTransaction: true,
      asked: 0,
      stayed: 0,
      partWay: false,
      attempted: () => ({
        inTransaction: tally.inTransaction,
        durationMs: performance.now() - attemptAt,
        lockWaitMs,
        attempts: attempt,
      }),
    }
    try {
      await applyInTransaction(migration, options, tally)
      return tally.attempted()
    } catch (error) {
      await settle(options.connection)
      const stays = { ...tally, ownCommit: committedByItself(error, tally, options.connection) }
      await rollBack(options.connection)
      const pause = pauseMs(attempt, 250, 10_000)
      // The time for a lock begins anew with each statement that outlives the attempt.
      if (tally.stayed > stayed) {
        triedSince = performance.now()
        patientMs = 0
      }
      stayed = tally.stayed
      const spentMs = performance.now() - triedSince - patientMs + pause
      const again = tally.inTransaction ? !stays.ownCommit : tally.asked === 0 && !tally.partWay
      const sqlstate = sqlstateOf(error)
      if (
        !worthRetrying.has(sqlstate) ||
        !again ||
        spentMs > options.lockRetryMs ||
        options.signal?.aborted
      ) {
        throw new ApplyError(error, tally.attempted(), stays)
      }
      await options.onLockTimeout(sqlstate, attempt, pause)
      await sleep(pause, undefined, { signal: options.signal })
      lockWaitMs += performance.now() - attemptAt
    }
  }
}

/** A failure inside our transaction leaves it failed, not idle; the COMMIT that is ours leaves it idle too. */
function committedByItself(error: unknown, tally: Tally, connection: MigrationConnection): boolean {
  const ours = error instanceof StatementError && error.atCommit
  const ended = tally.begun && tally.inTransaction && !ours && connection.status() === 'idle'
  return ended && connection.lastEnd() === 'COMMIT'
}
