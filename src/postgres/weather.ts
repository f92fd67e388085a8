import { sessionColumns, type Blocker } from './blockers.js'
import { identifier, literal } from './identifiers.js'
import type { Session } from './session.js'

/** What a statement waits for by design, once it has begun. */
export interface Patience {
  /**
   * `snapshots`: every older snapshot of the database, as CREATE and REINDEX INDEX CONCURRENTLY do;
   * `users`: every transaction that uses the table, as DROP INDEX and DETACH PARTITION CONCURRENTLY do;
   * `workers`: whoever changes, validates, indexes or vacuums the table, as VALIDATE CONSTRAINT does.
   */
  readonly waitsFor: 'snapshots' | 'users' | 'workers'
  /** The table, or an index of it; undefined where it is about more than one. */
  readonly relation: { readonly schema: string | undefined; readonly name: string } | undefined
}

/** Somebody that such a statement would wait for; `transaction` stays the same as long as the transaction does. */
export interface Weather extends Blocker {
  readonly transaction: string
}

/**
 * Transactions older than a second, index builds and vacuums that a statement would wait for if it began now,
 * oldest first. Of other roles' sessions the age cannot be seen, so all of them count that are in a transaction.
 * Vacuums give way to a build, but for those that prevent wraparound.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 * https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM
 */
export async function readWeather(session: Session, { waitsFor, relation }: Patience): Promise<Weather[]> {
  const name =
    relation === undefined
      ? 'NULL'
      : literal([relation.schema, relation.name].flatMap((part) => (part ? identifier(part) : [])).join('.'))
  const { rows } = await session.query<Weather>(`
    WITH target AS (
      SELECT c.oid, greatest(age(c.relfrozenxid), age(o.relfrozenxid))
                    > current_setting('autovacuum_freeze_max_age')::int AS old
      FROM (SELECT to_regclass(${name})::oid AS oid) r
      LEFT JOIN pg_index i ON i.indexrelid = r.oid
      LEFT JOIN pg_class c ON c.oid = coalesce(i.indrelid, r.oid)
      LEFT JOIN pg_class o ON o.oid = c.reltoastrelid)
    SELECT l.virtualtransaction AS transaction, a.pid, ${sessionColumns},
           CASE WHEN u.modes IS NULL THEN '{}' ELSE ARRAY[t.oid::regclass::text] END AS tables,
           coalesce(u.modes, '{}') AS modes, true AS granted
    FROM pg_locks l
    CROSS JOIN target t
    JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() AND a.pid <> pg_backend_pid()
    LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid
    LEFT JOIN pg_stat_progress_vacuum v ON v.pid = a.pid
    LEFT JOIN LATERAL (
      SELECT array_agg(DISTINCT h.mode) AS modes FROM pg_locks h
      WHERE h.pid = a.pid AND h.relation = t.oid AND h.locktype = 'relation' AND h.granted) u ON true
    WHERE l.locktype = 'virtualxid' AND l.granted AND l.virtualxid = l.virtualtransaction
      AND (a.xact_start IS NULL OR a.xact_start < clock_timestamp() - interval '1 second')
      AND CASE WHEN v.pid IS NOT NULL OR a.usesysid IS NULL OR a.backend_type = 'autovacuum worker'
               THEN u.modes IS NOT NULL AND v.pid IS NOT NULL AND (a.usesysid IS NOT NULL OR t.old)
               ELSE ${condition[waitsFor]} END
    ORDER BY a.xact_start, a.pid`)
  return rows
}

const condition = {
  snapshots:
    '(p.pid IS NOT NULL OR a.backend_xmin IS NOT NULL OR u.modes IS NOT NULL OR a.backend_start IS NULL)',
  users: 'u.modes IS NOT NULL',
  // What SHARE UPDATE EXCLUSIVE conflicts with: https://www.postgresql.org/docs/current/explicit-locking.html
  workers: `u.modes && ARRAY['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                             'AccessExclusiveLock']`,
} as const
