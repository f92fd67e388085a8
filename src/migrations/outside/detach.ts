import type { ConcurrentWork } from '../grammar/concurrent-work.js'
import type { RelationName } from '../grammar/nodes.js'
import type { CleanUp } from './invalid-index.js'

/**
 * DETACH PARTITION CONCURRENTLY is two transactions: cut off between them, the partition is left pending, and the
 * same statement is refused; FINALIZE then does the second half. One that is gone already was cut off at its end.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
export async function detach(
  { table, partition }: NonNullable<ConcurrentWork['detaches']>,
  { connection, onLog, wasCutOff }: CleanUp & { readonly wasCutOff: boolean },
  work: () => Promise<void>,
): Promise<void> {
  // The column is not there before PostgreSQL 14, and neither is the statement.
  const result = await connection.query(
    `SELECT coalesce((to_jsonb(i)->>'inhdetachpending')::boolean, false) AS pending, i.inhrelid IS NOT NULL AS attached,
            p.oid::regclass::text AS shown, t.oid::regclass::text AS parent
     FROM (SELECT to_regclass(concat_ws('.', quote_ident($1), quote_ident($2)))::oid AS oid) t
     CROSS JOIN (SELECT to_regclass(concat_ws('.', quote_ident($3), quote_ident($4)))::oid AS oid) p
     LEFT JOIN pg_inherits i ON i.inhparent = t.oid AND i.inhrelid = p.oid`,
    [...partsOf(table), ...partsOf(partition)],
  )
  const [found] = (result as { rows: Found[] }).rows
  if (found?.pending === true) {
    await connection.query(`ALTER TABLE ${found.parent} DETACH PARTITION ${found.shown} FINALIZE`)
    return onLog(`finished to detach ${found.shown}, which an interrupted run had left half done`)
  }
  if (found?.attached === false && found.shown !== null && wasCutOff) {
    return onLog(`${found.shown} is detached already, by a run that was interrupted; it is recorded`)
  }
  await work()
}

interface Found {
  readonly pending: boolean
  readonly attached: boolean
  readonly shown: string | null
  readonly parent: string
}

const partsOf = ({ schema, name }: RelationName) => [schema ?? null, name]
