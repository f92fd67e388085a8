import { isDeepStrictEqual } from 'node:util'
import type { Client } from 'pg'

/** What a release leaves behind, in a form that two databases can be compared by. */
export type Picture = Readonly<Record<keyof typeof questions, readonly string[]>>

const users = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

// Each answers with one column of texts. Ids and times differ from run to run and are left out.
const questions = {
  columns: `
    SELECT format('%s.%s.%s %s %s %s %s', n.nspname, c.relname, a.attname, c.relkind,
             format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND ${users}`,
  constraints: `
    SELECT format('%s.%s %s valid=%s', conrelid::regclass, conname, pg_get_constraintdef(k.oid), convalidated)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${users}`,
  indexes: `
    SELECT format('%s valid=%s ready=%s', pg_get_indexdef(indexrelid), indisvalid, indisready)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${users}`,
  enums: `SELECT format('%s %s %s', enumtypid::regtype, enumsortorder, enumlabel) FROM pg_enum`,
  rows: `SELECT format('items %s', i) FROM items i UNION ALL SELECT format('tags %s', name) FROM tags`,
  history: `SELECT row_number() OVER (ORDER BY run_on, id) || ' ' || name FROM pgmigrations`,
  steps: `
    SELECT format('%s %s %s %s', history, migration, checksum, in_transaction) FROM release_phase.steps
    WHERE outcome = 'applied'`,
  openRuns: `SELECT format('run %s is %s', id, outcome) FROM release_phase.runs WHERE finished_at IS NULL`,
  seen: `SELECT format('%s %s', history, fingerprint) FROM release_phase.seen`,
  owner: `SELECT format('%s %s', version, owner_app) FROM release_phase.ledger`,
} as const

/**
 * Looks at schema, rows, history and ledger, or at some of these with other questions in place of their own. What is
 * not there yet shows as an error's message.
 */
export async function takePicture(
  client: Client,
  others: Partial<Record<keyof Picture, string>> = {},
): Promise<Picture> {
  const answers: [string, readonly string[]][] = []
  for (const [name, sql] of Object.entries({ ...questions, ...others })) {
    const lines = await client.query<[string]>({ text: sql, rowMode: 'array' }).then(
      ({ rows }) => rows.map(([line]) => line).toSorted(),
      (error: unknown) => [String(error)],
    )
    answers.push([name, lines])
  }
  return Object.fromEntries(answers) as unknown as Picture
}

/** One line for each thing that is in one picture and not in the other. */
export function differences(expected: Picture, found: Picture): string[] {
  return (Object.keys(expected) as (keyof Picture)[]).flatMap((name) => {
    if (isDeepStrictEqual(expected[name], found[name])) return []
    const missing = without(expected[name], found[name]).map((line) => `${name}: missing ${line}`)
    const extra = without(found[name], expected[name]).map((line) => `${name}: too many ${line}`)
    return [...missing, ...extra]
  })
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
