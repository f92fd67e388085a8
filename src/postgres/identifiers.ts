/** A name as SQL takes it, whatever is in it. https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
export const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A text as SQL takes it, in the form that no setting of the server reads differently. */
export function literal(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'NULL'
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** A table with its schema. */
export interface Table {
  readonly schema: string
  readonly name: string
}

export const qualified = (table: Table) => `${identifier(table.schema)}.${identifier(table.name)}`

/** `schema.table` as people write it; the ledger's key for a history table. */
export const plainName = (table: Table) => `${table.schema}.${table.name}`
