import { sessionColumns, type Blocker } from './blockers.js'
import { identifier, literal } from './identifiers.js'
import { preparedColumns, preparedTransactions } from './prepared.js'
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
 * Transactions older than a second, prepared ones among them, index builds and vacuums that a statement would wait
 * for if it began now, oldest first. Of other roles' sessions the age cannot be seen, so all of them count that are
 * in a transaction. Vacuums give way to a build, but for those that prevent wraparound.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 * https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM
 */
export async function readWeather(session: Session, { waitsFor, relation }: Patience): Promise<Weather[]> {
  const name =
    relation === undefined
      ? 'NULL'
      : literal([relation.schema, relation.name].flatMap((part) => (part ? identifier(part) : [])).join('.'))
  const { rows } = await session.query<Weather>(`
    WITH locks AS MATERIALIZED (SELECT * FROM pg_locks),
    target AS (
      SELECT c.oid, ${isOld} AS old
      FROM (SELECT to_regclass(${name})::oid AS oid) r
      LEFT JOIN pg_index i ON i.indexrelid = r.oid
      LEFT JOIN pg_class c ON c.oid = coalesce(i.indrelid, r.oid)),
    used AS (
      SELECT h.pid, h.virtualtransaction, array_agg(DISTINCT h.mode) AS modes,
             array_agg(DISTINCT h.relation::regclass::text) AS tables
      FROM locks h JOIN target t ON h.relation = t.oid${relation === undefined ? ' OR h.pid IS NULL' : ''}
      WHERE h.locktype = 'relation' AND h.granted
      GROUP BY h.pid, h.virtualtransaction)
    SELECT l.virtualtransaction AS transaction, a.pid, ${sessionColumns},
           coalesce(u.tables, '{}') AS tables, coalesce(u.modes, '{}') AS modes, true AS granted
    FROM locks l
    CROSS JOIN target t
    JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() AND a.pid <> pg_backend_pid()
    LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid
    LEFT JOIN pg_stat_progress_vacuum v ON v.pid = a.pid
    LEFT JOIN used u ON u.pid = a.pid
    WHERE l.locktype = 'virtualxid' AND l.granted AND l.virtualxid = l.virtualtransaction
      AND (a.xact_start IS NULL OR a.xact_start < clock_timestamp() - interval '1 second')
      AND CASE WHEN v.pid IS NOT NULL OR a.usesysid IS NULL OR a.backend_type = 'autovacuum worker'
               THEN u.modes IS NOT NULL AND v.pid IS NOT NULL AND (a.usesysid IS NOT NULL OR t.old)
               ELSE ${condition[waitsFor]} END
    UNION ALL
    SELECT 'prepared ' || x.transaction, 0, ${preparedColumns}, u.tables, u.modes, true
    FROM ${preparedTransactions} JOIN used u ON u.pid IS NULL AND u.virtualtransaction = x.virtualtransaction
    WHERE x.database = current_database() AND x.prepared < clock_timestamp() - interval '1 second'
      AND ${preparedCondition[waitsFor]}
    ORDER BY "transactionMs" DESC NULLS LAST, pid`)
  return rows
}

/** Whether autovacuum goes over the table to prevent wraparound, which it does not break off for anybody. */
const isOld = `(
  age(c.relfrozenxid) > least(current_setting('autovacuum_freeze_max_age')::int, (
    SELECT min(option_value::int) FROM pg_options_to_table(c.reloptions)
    WHERE option_name = 'autovacuum_freeze_max_age'))
  OR mxid_age(c.relminmxid) > least(current_setting('autovacuum_multixact_freeze_max_age')::int, (
    SELECT min(option_value::int) FROM pg_options_to_table(c.reloptions)
    WHERE option_name = 'autovacuum_multixact_freeze_max_age')))`

// What SHARE UPDATE EXCLUSIVE conflicts with: https://www.postgresql.org/docs/current/explicit-locking.html
const working = [
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
]

const uses = (modes: readonly string[]) => `u.modes && ARRAY[${modes.map((mode) => `'${mode}'`).join(', ')}]`

const condition = {
  snapshots:
    '(p.pid IS NOT NULL OR a.backend_xmin IS NOT NULL OR u.modes IS NOT NULL OR a.backend_start IS NULL)',
  users: 'u.modes IS NOT NULL',
  workers: uses(working),
} as const

// A prepared transaction has no snapshot any more, so only its locks are in the way of a build.
const preparedCondition = {
  snapshots: uses([...working, 'RowExclusiveLock']),
  users: 'true',
  workers: uses(working),
} as const
