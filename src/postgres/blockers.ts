import { shownQuery } from '../core/beginning.js'
import { formatDuration } from '../core/duration.js'
import { literal } from './identifiers.js'
import { preparedColumns, preparedTransactions } from './prepared.js'
import type { Session } from './session.js'

/** A session that stands in the way of another one's lock, or that may. */
export interface Blocker {
  /** 0: a prepared transaction, which has no session. */
  readonly pid: number
  readonly applicationName: string
  readonly user: string
  readonly state: string | null
  /** null where this role may not see what the session does, which is another role's; so too the next two. */
  readonly transactionMs: number | null
  /** How long it has been idle inside its transaction; null: it is not. */
  readonly idleMs: number | null
  readonly query: string | null
  /** The name of a prepared transaction; null: it is a session. */
  readonly prepared: string | null
  readonly tables: readonly string[]
  /** Modes of its lock on what is waited for, as pg_locks has them; none: it is not known to block. */
  readonly modes: readonly string[]
  /** False: it waits for that lock itself, ahead in the queue. */
  readonly granted: boolean
}

/** What is told of a session `a` of pg_stat_activity, for every query that names blockers. */
export const sessionColumns = `
  coalesce(a.application_name, '') AS "applicationName", coalesce(a.usename, '') AS "user", a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::float8 * 1000 AS "transactionMs",
  CASE WHEN a.state LIKE 'idle in transaction%'
    THEN extract(epoch FROM clock_timestamp() - a.state_change)::float8 * 1000 END AS "idleMs",
  left(a.query, 300) AS query, NULL::text AS prepared`

/**
 * Who keeps the session `pid` waiting for a lock at this moment, oldest transaction first; nobody when it is not
 * waiting. Ask from another session, and not often: it makes the whole lock table wait for a moment.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SESSION (pg_blocking_pids)
 */
export async function readBlockersOf(session: Session, pid: number): Promise<Blocker[]> {
  const { rows } = await session.query<Blocker>(`
    WITH locks AS MATERIALIZED (SELECT * FROM pg_locks),
    blocking AS (
      SELECT DISTINCT unnest(pg_blocking_pids(w.pid)) AS pid FROM pg_stat_activity w
      WHERE w.pid = ${pid} AND w.wait_event_type = 'Lock'),
    held AS (
      SELECT l.pid, l.virtualtransaction, bool_or(l.granted) AS granted, array_agg(DISTINCT l.mode) AS modes,
             array_agg(DISTINCT l.relation::regclass::text) FILTER (WHERE l.relation IS NOT NULL) AS tables
      FROM locks w JOIN locks l ON l.locktype = w.locktype
        AND (l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid, l.objsubid)
          IS NOT DISTINCT FROM
          (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
      WHERE w.pid = ${pid} AND NOT w.granted
      GROUP BY l.pid, l.virtualtransaction)
    SELECT b.pid, ${sessionColumns}, coalesce(l.tables, '{}') AS tables, coalesce(l.modes, '{}') AS modes,
           coalesce(l.granted, true) AS granted
    FROM blocking b LEFT JOIN pg_stat_activity a ON a.pid = b.pid LEFT JOIN held l ON l.pid = b.pid
    WHERE b.pid <> 0
    UNION ALL
    SELECT b.pid, ${preparedColumns}, coalesce(l.tables, '{}'), l.modes, true
    FROM blocking b JOIN held l ON l.pid IS NULL AND l.granted
    JOIN ${preparedTransactions} ON x.virtualtransaction = l.virtualtransaction
    WHERE b.pid = 0
    ORDER BY "transactionMs" DESC NULLS LAST, pid LIMIT 5`)
  return rows
}

/**
 * Sessions of this database whose transactions are older than a second, and prepared transactions, that hold locks
 * on tables of users', oldest first, five at most: the likely reason why a table lock was not to be had, when nobody looked meanwhile.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function guessBlockers(session: Session): Promise<Blocker[]> {
  const { rows } = await session.query<Blocker>(`
    WITH locks AS MATERIALIZED (SELECT * FROM pg_locks),
    held AS (
      SELECT l.pid, l.virtualtransaction, array_agg(DISTINCT c.relname::text) AS tables
      FROM locks l
      JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'm')
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      WHERE l.locktype = 'relation' AND l.granted
      GROUP BY l.pid, l.virtualtransaction)
    SELECT a.pid, ${sessionColumns}, l.tables, '{}'::text[] AS modes, true AS granted
    FROM pg_stat_activity a JOIN held l ON l.pid = a.pid
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND (a.backend_start IS NULL OR a.xact_start < clock_timestamp() - interval '1 second')
    UNION ALL
    SELECT 0, ${preparedColumns}, l.tables, '{}', true
    FROM ${preparedTransactions} JOIN held l ON l.pid IS NULL AND l.virtualtransaction = x.virtualtransaction
    WHERE x.database = current_database()
    ORDER BY "transactionMs" DESC NULLS LAST LIMIT 5`)
  return rows
}

/** `blocked by pid 12 ("web.1", ...): SELECT ...` for each, or what is known instead. */
export function describeBlockers(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return 'who held it was gone before it could be seen'
  const known = blockers.some(({ modes }) => modes.length > 0)
  return `${known ? 'blocked by' : 'open transactions on tables:'} ${describeSessions(blockers)}`
}

export const describeSessions = (blockers: readonly Blocker[]) => blockers.map(describe).join('; ')

function describe(blocker: Blocker): string {
  const { pid, applicationName, user, state, transactionMs, query, prepared } = blocker
  const lock = describeLock(blocker)
  if (prepared !== null) {
    const how = 'which has no session: COMMIT PREPARED or ROLLBACK PREPARED ends it'
    return `the prepared transaction ${literal(prepared)} (of ${user}, ${formatDuration(transactionMs ?? 0)} old${lock}), ${how}`
  }
  const whose = user === '' ? 'the server’s own, probably autovacuum' : `of ${user}`
  if (transactionMs === null) return `pid ${pid} (${whose}, what it does cannot be seen by this role${lock})`
  const name = applicationName === '' ? user || whose : `"${applicationName}"`
  const text = shownQuery(query ?? '', 80)
  return `pid ${pid} (${name}, ${state ?? 'state unknown'}, open for ${formatDuration(transactionMs)}${lock}): ${text}`
}

function describeLock({ tables, modes, granted }: Blocker): string {
  if (tables.length === 0) return ''
  if (modes.length === 0) return `, on ${tables.join(', ')}`
  return `, ${granted ? 'holds' : 'waits before it for'} ${modes.map(lockName).join(' and ')} on ${tables.join(', ')}`
}

/** `AccessShareLock` as SQL calls it. https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES */
const lockName = (mode: string) =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase()
