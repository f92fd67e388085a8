import type { Client } from 'pg'

/** Rows put into every empty table, so that work on it shows. */
export const filledRows = 1000
// Above what a test puts in by hand, so that its keys stay its own.
const first = 10_001

interface Column {
  readonly name: string
  readonly type: string
  readonly base: string
  readonly category: string
  readonly length: number | null
  readonly label: string | null
}

/**
 * Puts rows into every table that has none. A value is the row's number, in whatever type the column has, so keys
 * are distinct and foreign keys find their row. A table that does not take such rows throws: fill it in `before`.
 */
export async function fillTables(client: Client): Promise<void> {
  const tables = await client.query<{ oid: number; name: string }>(
    `SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'r' AND NOT relispartition AND nspname !~ '^(pg_|information_schema)' ORDER BY 1`,
  )
  // Neither triggers nor the order of tables matter then.
  await client.query('SET session_replication_role = replica')
  for (const { oid, name } of tables.rows) {
    const some = await client.query(`SELECT FROM ${name} LIMIT 1`)
    if (some.rowCount === 0) await fill(client, oid, name)
  }
  await client.query('RESET session_replication_role')
  await client.query('ANALYZE')
}

async function fill(client: Client, oid: number, table: string): Promise<void> {
  const { rows: columns } = await client.query<Column>(
    `SELECT quote_ident(attname) AS name, format_type(a.atttypid, a.atttypmod) AS type,
            format_type(b.oid, NULL) AS base, b.typcategory AS category,
            CASE WHEN b.typname IN ('varchar', 'bpchar') AND atttypmod > 4 THEN atttypmod - 4 END AS length,
            (SELECT enumlabel FROM pg_enum WHERE enumtypid = b.oid ORDER BY enumsortorder LIMIT 1) AS label
       FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid
       JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
      WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [oid],
  )
  const names = columns.map(({ name }) => name)
  const values = columns.map((column) => `(${valueOf(column)})::${column.type}`)
  const into = columns.length === 0 ? '' : `(${names.join(', ')}) OVERRIDING SYSTEM VALUE`
  try {
    await client.query(
      `INSERT INTO ${table} ${into}
       SELECT ${values.join(', ')} FROM generate_series(${first}, ${first + filledRows - 1}) AS g`,
    )
  } catch (error) {
    throw new Error(`${table} takes no made-up rows: put some into it in \`before\`.`, { cause: error })
  }
}

function valueOf({ base, category, length, label }: Column): string {
  if (label !== null) return `'${label}'`
  if (length !== null) return `left(g::text, ${length})`
  if (base === 'smallint') return 'g % 30000'
  if (base === 'uuid') return `lpad(g::text, 32, '0')`
  if (base === 'bytea') return `g::text::bytea`
  if (base.startsWith('json')) return `g::text`
  if (base === 'inet' || base === 'cidr') return `'10.0.0.0'::inet + g`
  if (base.startsWith('time ')) return `time '00:00' + g * interval '1 second'`
  switch (category) {
    case 'A':
      return `'{}'`
    case 'B':
      return 'g % 2 = 0'
    case 'D':
      return `timestamp '2020-01-01' + g * interval '1 day'`
    case 'T':
      return `g * interval '1 second'`
    case 'V':
      return `g::bit(32)`
    case 'R':
      return `'empty'`
    default:
      return category === 'N' ? 'g' : 'g::text'
  }
}
