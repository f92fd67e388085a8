import type { MigrationConnection } from './connection.js'
import type { IndexBuild } from './statements.js'

interface InvalidIndex {
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

/**
 * Runs a CREATE INDEX CONCURRENTLY so that no invalid index stays. One that an interrupted build left under the
 * same name is dropped first: it would stop the statement with 42P07, or IF NOT EXISTS would take it for the
 * index. One that this build leaves is dropped at once, because it slows every write and, if it is unique, goes
 * on refusing rows.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export async function buildIndex(
  build: IndexBuild,
  cleanUp: CleanUp,
  work: () => Promise<void>,
): Promise<void> {
  const { connection, lockTimeoutMs, onLog } = cleanUp
  const before = await invalidIndexes(connection, build)
  for (const { shown } of before.filter(({ name }) => name === build.index)) {
    await connection.query(`DROP INDEX CONCURRENTLY ${shown}`)
    onLog(`dropped ${shown}, an invalid index that an interrupted build had left`)
  }
  try {
    await work()
  } catch (error) {
    const known = new Set(before.map(({ oid }) => oid))
    const left = await invalidIndexes(connection, build).catch(() => [])
    for (const { shown } of left.filter(({ oid }) => !known.has(oid))) {
      // CONCURRENTLY would wait for whoever made the build fail.
      await connection.query(`SET lock_timeout = ${lockTimeoutMs}; DROP INDEX ${shown}`).then(
        () => onLog(`dropped ${shown}, which the failed build left invalid`),
        () => onLog(`${shown} is left invalid; the next release drops it`),
      )
    }
    throw error
  }
}

/** Invalid indexes of the table that nobody is building at this moment. */
async function invalidIndexes(connection: MigrationConnection, build: IndexBuild): Promise<InvalidIndex[]> {
  const result = await connection.query(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name, c.oid::regclass::text AS shown
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = to_regclass(concat_ws('.', quote_ident($1), quote_ident($2))) AND NOT i.indisvalid
       AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p
                       WHERE p.index_relid = c.oid AND p.pid <> pg_backend_pid())`,
    [build.schema ?? null, build.table],
  )
  return (result as { rows: InvalidIndex[] }).rows
}
