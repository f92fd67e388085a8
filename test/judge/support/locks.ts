import type { Client } from 'pg'

// A statement that touched so many rows has gone through a table; those of running code touch a few.
const many = 100

export interface Lock {
  readonly table: string
  readonly lock: string
}

/** What was done to rows, and whose rows are locked. */
export interface Work {
  readonly kind: 'rewrite' | 'scan' | undefined
  readonly lockedRows: readonly string[]
  /** Rows of tables in use were put in, changed or taken away. */
  readonly wroteRows: boolean
}

interface Counted {
  readonly table: string
  readonly file: string
  readonly bytes: number
  readonly read: number
  readonly written: number
  readonly changed: number
}

const userTables = `relkind IN ('r', 'p', 'm') AND nspname !~ '^(pg_|information_schema)'`

/** Tables that running code uses now: all that are there, but those that the plan made and put nothing into. */
export async function knownTables(client: Client): Promise<number[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT c.oid, c.oid::regclass::text AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${userTables}`,
  )
  const known: number[] = []
  for (const { oid, name } of rows) {
    const some = await client.query(`SELECT FROM ${name} LIMIT 1`)
    if (some.rowCount !== 0) known.push(oid)
  }
  return known
}

/** Locks that stop reads or writes, held or asked for by this session or by another; nobody writes a materialized view. */
export async function heldLocks(client: Client, tables: readonly number[], pid?: number): Promise<Lock[]> {
  const { rows } = await client.query<Lock>(
    `SELECT relation::regclass::text AS table,
            upper(regexp_replace(regexp_replace(mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) AS lock
       FROM pg_locks JOIN pg_class c ON c.oid = relation
      WHERE pid = coalesce($2, pg_backend_pid()) AND relation = ANY($1)
        AND (mode = 'AccessExclusiveLock'
             OR relkind <> 'm' AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock'))
      ORDER BY 1, 2`,
    [tables, pid ?? null],
  )
  return rows
}

/** Counts of this transaction, or of all that were flushed. https://www.postgresql.org/docs/current/monitoring-stats.html */
export async function readWork(
  client: Client,
  of: 'transaction' | 'flushed' = 'transaction',
): Promise<Map<number, Counted>> {
  const view = of === 'transaction' ? 'pg_stat_xact_all_tables' : 'pg_stat_all_tables'
  const { rows } = await client.query<Counted & { oid: number }>(
    `SELECT c.oid, c.oid::regclass::text AS table, relfilenode::text AS file,
            pg_relation_size(c.oid)::int AS bytes,
            (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read,
            n_tup_ins::int AS written, (n_tup_upd + n_tup_del)::int AS changed
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN ${view} s ON s.relid = c.oid
      WHERE ${userTables}`,
  )
  return new Map(rows.map((row) => [row.oid, row]))
}

export function workBetween(before: ReadonlyMap<number, Counted>, after: ReadonlyMap<number, Counted>): Work {
  let rows = 0
  let rewritten = false
  let wroteRows = false
  const lockedRows: string[] = []
  for (const [oid, now] of after) {
    const then = before.get(oid)
    rows += now.read + now.written - (then?.read ?? 0) - (then?.written ?? 0)
    const changed = now.changed - (then?.changed ?? 0)
    rows += changed
    if (then === undefined) continue
    // TRUNCATE gives a new file as well, but an empty one.
    if (then.file !== now.file && now.bytes > 0) rewritten = true
    if (then.file !== now.file && now.bytes === 0 && then.bytes > 0) wroteRows = true
    if (changed > 0 || (now.written > then.written && then.file === now.file)) wroteRows = true
    if (changed >= many) lockedRows.push(now.table)
  }
  const kind = rewritten ? 'rewrite' : rows >= many ? 'scan' : undefined
  return { kind, lockedRows, wroteRows }
}
