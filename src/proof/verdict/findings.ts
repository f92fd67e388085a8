import type { Finding, Note } from '../../core/finding.js'
import { symptomKey, type Symptom } from './symptom.js'

/** The statement of a migration after which something is so. */
export interface Blamed {
  readonly file: string
  readonly line: number
  readonly statement: string
}

/** A finding for what one query meets, at the statement that brought it. */
export function findingOf(symptom: Symptom, at: Blamed): Finding {
  const { query, rule, sqlstate, table, said, why } = symptom
  const severity = symptom.severity === 'error' ? 'error' : 'warning'
  const [site = query.readAt] = query.sites
  const more = query.sites.length > 1 ? ` (and ${query.sites.length - 1} more places)` : ''
  return {
    ...at,
    hazard: 'compatibility',
    rule,
    severity,
    table,
    message: `The query at ${site}${more} ${said}.`,
    why: `${why} The query: ${shown(query.sql)}`,
    instead: instead[rule],
    ...(sqlstate === undefined ? {} : { sqlstate }),
    site,
    query: query.sql,
  }
}

/** A note for what no error will say, and what needs new code to come about. */
export const noteOf = ({ query, rule, said, why }: Symptom, { file, line }: Blamed): Note => ({
  file,
  line,
  rule,
  message: `The query at ${query.sites[0] ?? query.readAt} ${said}. ${why}`,
})

const instead: Readonly<Record<Symptom['rule'], string>> = {
  'proof-query-breaks':
    'Release code that no longer sends this query first, and this change in a later release.',
  'proof-prepared-breaks':
    'Name the columns in the query instead of *, or prepare it without a name, and release that first.',
  'proof-result-changes': 'Release code that can read both first, and this change in a later release.',
  'proof-parameter-changes': 'See that the running code sends only values that both types take.',
  'proof-write-refused':
    'Let the column take what the running code writes until no such code is left, and tighten it in a later release.',
  'proof-rows-change': 'See that the running code may go on with other rows, or release code for both first.',
  'proof-migration-fails': 'Mend the migration.',
}

function shown(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

/** Symptoms that were not there before, and that a worse one of the same query does not say already. */
export function fresh(symptoms: readonly Symptom[], seen: ReadonlySet<string>): Symptom[] {
  const broken = new Set(
    symptoms.flatMap(({ query, rule }) => (rule === 'proof-query-breaks' ? [query] : [])),
  )
  return symptoms.filter(
    (symptom) =>
      !seen.has(symptomKey(symptom)) && (symptom.rule === 'proof-query-breaks' || !broken.has(symptom.query)),
  )
}
