import { historyState } from './history.js'
import { literal, plainName, qualified, type Table } from './identifiers.js'
import { forgetSql } from './keeping.js'
import type { Session } from './session.js'

/** Who releases, as far as the environment says. */
export interface RunFacts {
  readonly app: string | undefined
  readonly release: string | undefined
  readonly commit: string | undefined
  readonly dyno: string | undefined
  readonly who: string | undefined
  /** Name and version of this program. */
  readonly tool: string
  readonly lockWaitMs: number
}

export type RunOutcome = 'done' | 'failed' | 'interrupted'

// Whoever holds the release lock knows that nobody else runs.
const closeKilled = `UPDATE release_phase.runs
  SET outcome = 'interrupted', finished_at = now(), error = 'ended without a word' WHERE finished_at IS NULL`

/** Begins a run in the ledger and returns its id. Runs that were killed before are closed as interrupted. */
export async function startRun(session: Session, facts: RunFacts): Promise<string> {
  const { rows } = await session.query<{ id: string }>(
    `WITH killed AS (${closeKilled})
     INSERT INTO release_phase.runs (app, release, commit, dyno, who, tool, pid, backend_start, lock_wait_ms)
     SELECT $1, $2, $3, $4, $5, $6, pid, backend_start, $7 FROM pg_stat_activity WHERE pid = pg_backend_pid()
     RETURNING id`,
    [
      facts.app ?? null,
      facts.release ?? null,
      facts.commit ?? null,
      facts.dyno ?? null,
      facts.who ?? null,
      facts.tool,
      Math.round(facts.lockWaitMs),
    ],
  )
  const [row] = rows
  if (row === undefined) throw new Error('the ledger did not take the run')
  return row.id
}

export async function finishRun(
  session: Session,
  id: string,
  outcome: RunOutcome,
  applied: number,
  error?: string,
): Promise<void> {
  await session.query(
    `UPDATE release_phase.runs SET outcome = $2, finished_at = now(), applied = $3, error = $4 WHERE id = $1`,
    [id, outcome, applied, error ?? null],
  )
}

/** One migration of a run, as the ledger keeps it. */
export interface Step {
  readonly runId: string
  readonly history: Table
  readonly migration: string
  readonly checksum: string
  readonly inTransaction: boolean
  /** Undefined: from the beginning of the transaction until it is recorded, by the server's clock. */
  readonly durationMs: number | undefined
  /** Time spent in attempts that ended at `lock_timeout`, and in the pauses after them. */
  readonly lockWaitMs: number
  readonly attempts: number
  readonly outcome: 'applied' | 'failed' | 'interrupted'
  readonly sqlstate?: string | undefined
  readonly error?: string | undefined
}

/**
 * One statement that writes the history row and the ledger's step, to be sent inside the migration's own
 * transaction: both are there, or neither.
 */
export function recordSql(step: Step): string {
  const forgotten = step.inTransaction ? '' : `, forgotten AS (${forgetSql(step)})`
  return `WITH history AS (INSERT INTO ${qualified(step.history)} (name, run_on) VALUES (${literal(step.migration)}, now()))${forgotten}
${stepSql(step)}`
}

// now() is when the transaction began. https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT
const sinceBegin = 'round(extract(epoch FROM clock_timestamp() - now()) * 1000)::int'

/** The ledger's step alone, for a migration that failed. */
export function stepSql(step: Step): string {
  const values = [
    step.runId,
    literal(plainName(step.history)),
    literal(step.migration),
    literal(step.checksum),
    String(step.inTransaction),
    literal(step.outcome),
    step.durationMs === undefined ? sinceBegin : String(Math.round(step.durationMs)),
    String(Math.round(step.lockWaitMs)),
    String(step.attempts),
    literal(step.sqlstate),
    literal(step.error),
  ]
  return `INSERT INTO release_phase.steps (run_id, history, migration, checksum, in_transaction, outcome, duration_ms, lock_wait_ms, attempts, sqlstate, error) VALUES (${values.join(', ')})`
}

/**
 * Remembers that all files of this fingerprint are applied, together with the history's state that proves it. A
 * run that was killed between its last migration and its end is closed: no later one may begin a run for long.
 */
export async function writeSeen(session: Session, history: Table, fingerprint: string): Promise<void> {
  await session.query(
    `WITH killed AS (${closeKilled})
     INSERT INTO release_phase.seen (history, fingerprint, history_state)
     SELECT $1, $2, ${historyState} FROM ${qualified(history)}
     ON CONFLICT (history) DO UPDATE
     SET fingerprint = EXCLUDED.fingerprint, history_state = EXCLUDED.history_state, seen_at = now()`,
    [plainName(history), fingerprint],
  )
}
