import { setTimeout as sleep } from 'node:timers/promises'
import { pauseMs } from '../core/retry.js'
import type { ApplyOptions, Attempted, Tally } from './attempt.js'
import type { MigrationConnection } from './connection.js'
import { asDatabaseFailure, StatementError } from './failure.js'
import { applyInTransaction } from './in-transaction.js'
import type { LoadedMigration } from './load.js'

/** Thrown by a failed attempt, with what the ledger keeps of it. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError'
  readonly attempted: Attempted
  /** Statements of a migration without a transaction that stay applied. */
  readonly stayed: number
  /** The migration had ended its transaction by itself, so what ran before that stays applied. */
  readonly ownCommit: boolean

  constructor(cause: unknown, attempted: Attempted, kept: { stayed: number; ownCommit: boolean }) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.attempted = attempted
    this.stayed = kept.stayed
    this.ownCommit = kept.ownCommit
  }
}

// Lock not available, deadlock detected: rolled back without a trace, so the same again may succeed.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const worthRetrying = new Set(['55P03', '40P01'])

/**
 * Applies one migration: in a transaction of its own with `lock_timeout`, as often as the retry budget allows,
 * or statement by statement where it asked for no transaction.
 */
export async function applyMigration(migration: LoadedMigration, options: ApplyOptions): Promise<Attempted> {
  const startedAt = performance.now()
  let lockWaitMs = 0
  for (let attempt = 1; ; attempt++) {
    const attemptAt = performance.now()
    const tally: Tally = {
      begun: false,
      inTransaction: true,
      asked: 0,
      stayed: 0,
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
      const kept = { stayed: tally.stayed, ownCommit: committedByItself(error, tally, options.connection) }
      await rollBack(options.connection)
      const pause = pauseMs(attempt, 250, 10_000)
      const spentMs = performance.now() - startedAt + pause
      const clean = kept.stayed === 0 && !kept.ownCommit
      const sqlstate = sqlstateOf(error)
      if (
        !worthRetrying.has(sqlstate) ||
        !clean ||
        spentMs > options.lockRetryMs ||
        options.signal?.aborted
      ) {
        throw new ApplyError(error, tally.attempted(), kept)
      }
      await options.onLockTimeout(sqlstate, attempt, pause)
      await sleep(pause, undefined, { signal: options.signal })
      lockWaitMs += performance.now() - attemptAt
    }
  }
}

function sqlstateOf(error: unknown): string {
  const cause = error instanceof StatementError ? error.cause : error
  return asDatabaseFailure(cause)?.sqlstate ?? ''
}

/** An error is handed on before the server says in what state it leaves the connection; this waits for that. */
async function settle(connection: MigrationConnection): Promise<void> {
  await connection.query('').catch(() => undefined)
}

/** A failure inside our transaction leaves it failed, not idle; the COMMIT that is ours leaves it idle too. */
function committedByItself(error: unknown, tally: Tally, connection: MigrationConnection): boolean {
  const ours = error instanceof StatementError && error.atCommit
  const ended = tally.begun && tally.inTransaction && !ours && connection.status() === 'idle'
  return ended && connection.lastEnd() === 'COMMIT'
}

async function rollBack(connection: MigrationConnection): Promise<void> {
  if (connection.status() === 'idle') return
  await connection.query('ROLLBACK').catch(() => undefined)
}
