import type { MigrationConnection } from '../connection.js'
import type { RelationName } from '../grammar/nodes.js'

export interface InvalidIndex {
  readonly oid: number
  readonly name: string
  /** As SQL takes it, with its schema where it needs one. */
  readonly shown: string
}

export interface CleanUp {
  readonly connection: MigrationConnection
  readonly lockTimeoutMs: number
  readonly onLog: (line: string) => void
}

/** Drops what an interrupted run left behind, without disturbing anybody. */
export async function dropLeftovers(left: readonly InvalidIndex[], cleanUp: CleanUp): Promise<void> {
  for (const { shown } of left) {
    await cleanUp.connection.query(`DROP INDEX CONCURRENTLY ${shown}`)
    cleanUp.onLog(`dropped ${shown}, an invalid index that an interrupted build had left`)
  }
}

/** Drops what a failed statement has just left; CONCURRENTLY would wait for whoever made it fail. */
export async function dropAtOnce(left: readonly InvalidIndex[], cleanUp: CleanUp): Promise<void> {
  const { connection, lockTimeoutMs, onLog } = cleanUp
  for (const { shown } of left) {
    await connection.query(`SET lock_timeout = ${lockTimeoutMs}; DROP INDEX ${shown}`).then(
      () => onLog(`dropped ${shown}, which the failed build left invalid`),
      () => onLog(`${shown} is left invalid; the next release drops it`),
    )
  }
}

/**
 * Invalid indexes that nobody is building at this moment: of a table and its partitions, of the table of an
 * index, or without `relation` of every table. Of other roles' builds only the process is shown.
 * https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING
 */
export async function invalidIndexes(
  connection: MigrationConnection,
  relation: RelationName | undefined,
): Promise<InvalidIndex[]> {
  const result = await connection.query(
    `WITH given AS (
       SELECT coalesce(i.indrelid, r.oid) AS oid
       FROM (SELECT to_regclass(concat_ws('.', quote_ident($1), quote_ident($2)))::oid AS oid) r
       LEFT JOIN pg_index i ON i.indexrelid = r.oid)
     SELECT c.oid::int8::float8 AS oid, c.relname AS name, c.oid::regclass::text AS shown
     FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
     JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_'
     CROSS JOIN given
     WHERE NOT i.indisvalid
       AND ($2::text IS NULL OR i.indrelid = given.oid
            OR i.indrelid IN (SELECT relid FROM pg_partition_tree(given.oid::regclass)))
       AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p JOIN pg_locks l ON l.pid = p.pid
                       WHERE p.datname = current_database() AND l.relation = i.indrelid AND l.granted
                         AND p.pid <> pg_backend_pid())`,
    [relation?.schema ?? null, relation?.name ?? null],
  )
  return (result as { rows: InvalidIndex[] }).rows
}
