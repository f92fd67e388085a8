import type { RunStatus } from '../core/status.js'
import { codeOf } from './connect-errors.js'
import type { Session } from './session.js'

/**
 * Makes the session one that only looks: it writes nothing, and waits for no lock and no answer for long.
 * Not for a pooled session, whose next user would inherit it: refuse a pooler first.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 */
export async function lookOnly(session: Session): Promise<void> {
  await session.query(
    "SET default_transaction_read_only = on; SET lock_timeout = '2s'; SET statement_timeout = '10s'",
  )
}

/**
 * The last runs, newest first; none where there is no ledger. A run that was killed stays `running` in the
 * ledger until the next one closes it, so one whose session is gone counts as interrupted. Roles that may not
 * see other roles' sessions still see their process ids.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
export async function readRuns(session: Session, most: number): Promise<readonly RunStatus[]> {
  return await orWithoutLedger([], async () => {
    const { rows } = await session.query<RunStatus>(
      `SELECT r.started_at AS "startedAt", r.app, r.release, r.dyno, r.who, r.applied,
              CASE WHEN r.finished_at IS NULL AND a.pid IS NULL THEN 'interrupted' ELSE r.outcome END AS outcome,
              extract(epoch FROM coalesce(r.finished_at, CASE WHEN a.pid IS NOT NULL THEN clock_timestamp() END)
                                 - r.started_at)::float8 * 1000 AS "durationMs",
              split_part(r.error, E'\\n', 1) AS error
       FROM release_phase.runs r
       LEFT JOIN pg_stat_activity a
         ON a.pid = r.pid AND (a.backend_start IS NULL OR a.backend_start = r.backend_start)
       ORDER BY r.id DESC LIMIT $1`,
      [most],
    )
    return rows
  })
}

/** When the last migration of any run finished; null where none ever did, and where there is no ledger. */
export async function readMigratedAt(session: Session): Promise<{ readonly at: Date | null }> {
  return await orWithoutLedger({ at: null }, async () => {
    const { rows } = await session.query<{ at: Date | null }>(
      `SELECT max(finished_at) AS at FROM release_phase.steps WHERE outcome = 'applied'`,
    )
    return rows[0] ?? { at: null }
  })
}

async function orWithoutLedger<Fact>(without: Fact, read: () => Promise<Fact>): Promise<Fact> {
  try {
    return await read()
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return without
    throw error
  }
}
