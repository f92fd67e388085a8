import type { SessionFact } from '../core/session-owner.js'
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

/**
 * When the last migration of any run finished, and in which dyno; null where none ever did, where there is no
 * ledger, and for the dyno where a person ran it. What a baseline records did not run, and makes no dyno old.
 */
export async function readMigratedAt(session: Session): Promise<LastMigration> {
  return await orWithoutLedger({ at: null, dyno: null }, async () => {
    const { rows } = await session.query<LastMigration>(
      `SELECT s.finished_at AS at, r.dyno FROM release_phase.steps s
       LEFT JOIN release_phase.runs r ON r.id = s.run_id
       WHERE s.outcome = 'applied' AND s.attempts > 0 ORDER BY s.finished_at DESC LIMIT 1`,
    )
    return rows[0] ?? { at: null, dyno: null }
  })
}

interface LastMigration {
  readonly at: Date | null
  readonly dyno: string | null
}

/**
 * Every session of clients of this database but those of this command, oldest first. Of other roles' sessions a
 * role without pg_read_all_stats sees little more than that they are there.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
export async function readSessions(session: Session): Promise<readonly SessionFact[]> {
  const { rows } = await session.query<SessionFact>(
    `SELECT a.pid, coalesce(a.usename, '') AS "user", coalesce(a.application_name, '') AS "applicationName",
            host(a.client_addr) AS "clientAddress", a.backend_start AS since, a.state
     FROM pg_stat_activity a
     WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
       AND coalesce(a.backend_type, 'client backend') = 'client backend'
       AND coalesce(a.application_name, '') NOT LIKE 'release-phase%'
     ORDER BY a.backend_start, a.pid`,
  )
  return rows
}

async function orWithoutLedger<Fact>(without: Fact, read: () => Promise<Fact>): Promise<Fact> {
  try {
    return await read()
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return without
    throw error
  }
}
