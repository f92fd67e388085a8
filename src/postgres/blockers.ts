import { formatDuration } from '../core/duration.js'
import type { Session } from './session.js'

/** A session that holds locks on tables for longer than a moment. */
export interface Blocker {
  readonly pid: number
  readonly applicationName: string
  readonly user: string
  readonly state: string | null
  /** null where this role may not see what the session does, which is another role's. */
  readonly transactionMs: number | null
  readonly query: string | null
  readonly tables: readonly string[]
}

/**
 * Sessions of this database whose transactions are older than a second and hold locks on tables of users',
 * oldest first, five at most: the likely reason why a table lock was not to be had.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function readBlockers(session: Session): Promise<Blocker[]> {
  const { rows } = await session.query<Blocker>(`
    SELECT a.pid, coalesce(a.application_name, '') AS "applicationName", coalesce(a.usename, '') AS "user", a.state,
           extract(epoch FROM clock_timestamp() - a.xact_start)::float8 * 1000 AS "transactionMs",
           left(a.query, 200) AS query, array_agg(DISTINCT c.relname::text) AS tables
    FROM pg_stat_activity a
    JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' AND l.granted
    JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'm')
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND (a.backend_start IS NULL OR a.xact_start < clock_timestamp() - interval '1 second')
    GROUP BY a.pid, a.application_name, a.usename, a.state, a.xact_start, a.query
    ORDER BY a.xact_start LIMIT 5`)
  return rows
}

/** `blocked, it seems, by pid 12 "web.1" ...` for each, or that nobody was seen. */
export function describeBlockers(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return 'who held it was gone before it could be seen'
  return `open transactions on tables: ${blockers.map(describe).join('; ')}`
}

function describe({ pid, applicationName, user, state, transactionMs, query, tables }: Blocker): string {
  if (transactionMs === null) {
    return `pid ${pid} (of ${user}, what it does cannot be seen by this role, on ${tables.join(', ')})`
  }
  const name = applicationName === '' ? user : `"${applicationName}"`
  const text = (query ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 80)
  return `pid ${pid} (${name}, ${state ?? 'state unknown'}, open for ${formatDuration(transactionMs)}, on ${tables.join(', ')}): ${text}`
}
