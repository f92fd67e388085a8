import { traitsOf, type Traits } from './grammar/traits.js'

/** One statement of a text, and where it stands in it, in UTF-16 units. */
export interface Statement extends Traits {
  readonly sql: string
  readonly offset: number
}

interface ParsedStatement {
  readonly stmt?: unknown
  readonly stmt_location?: number
  readonly stmt_len?: number
}

/**
 * Splits a text into its statements with PostgreSQL's own grammar; loaded only here, because most runs need
 * no splitting. A text that the grammar does not take comes back whole: the server will say what is wrong.
 */
export async function splitStatements(sql: string): Promise<Statement[]> {
  const { loadModule, parseSync } = await import('libpg-query')
  await loadModule()
  let parsed: readonly ParsedStatement[]
  try {
    parsed = (parseSync(sql) as { stmts?: readonly ParsedStatement[] }).stmts ?? []
  } catch {
    return [{ sql, offset: 0, concurrent: false }]
  }
  // The grammar counts bytes of UTF-8.
  const bytes = Buffer.from(sql, 'utf8')
  // Counted on from statement to statement: from the beginning each time, a large dump would take for ever.
  const reached = { byte: 0, unit: 0 }
  return parsed.map((statement) => {
    const from = statement.stmt_location ?? 0
    reached.unit += bytes.subarray(reached.byte, from).toString('utf8').length
    reached.byte = from
    const to = statement.stmt_len === undefined ? bytes.length : from + statement.stmt_len
    const raw = bytes.subarray(from, to).toString('utf8')
    const lead = raw.length - raw.trimStart().length
    const after = (location: number) => bytes.subarray(location, to).toString('utf8')
    return { sql: raw.trim(), offset: reached.unit + lead, ...traitsOf(statement.stmt, after) }
  })
}
