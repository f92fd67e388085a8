import type { Schema, Table } from './schema.js'

/** What of a schema is not as it was. */
export interface SchemaChanges {
  readonly before: Schema
  readonly now: Schema
  /** Tables that demand or show something else than before, new ones among them. */
  readonly tables: readonly Table[]
  /** Whether what a name means may be another thing now. */
  readonly of: (table: Table) => boolean
  readonly enums: boolean
}

/** Finds out once what all queries are asked about. */
export function changesBetween(before: Schema, now: Schema): SchemaChanges {
  const tables = [...now.tables.values()].filter((table) => {
    const then = before.tables.get(table.name)
    return then === undefined || JSON.stringify(then) !== JSON.stringify(table)
  })
  const changed = new Set(tables)
  return {
    before,
    now,
    tables,
    of: (table) => changed.has(table),
    enums: JSON.stringify([...before.enums]) !== JSON.stringify([...now.enums]),
  }
}
