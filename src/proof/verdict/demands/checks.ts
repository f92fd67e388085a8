import type { Check } from '../schema.js'
import { onlyData, valueOf, writtenTo, type Met, type Suspicion } from './suspicion.js'

/** CHECK constraints, of tables and of domains, that hold from now on: new writes at once, also with NOT VALID. */
export function checks(met: Met): Suspicion[] {
  const { write, before, now } = met
  if (write.does === 'delete') return []
  return now.checks
    .filter(({ expression }) => before.checks.every((old) => old.expression !== expression))
    .flatMap((check) => suspect(met, check))
}

function suspect(met: Met, check: Check): Suspicion[] {
  const { query, write, now } = met
  const written = check.columns.map((name) => writtenTo(met, name))
  const touched = written.some((value) => value !== undefined)
  // Rows that are there already fulfil it, unless nobody has looked.
  if (!touched && check.valid) return []
  const values = check.columns.map((name, at) => {
    const column = now.columns.find((one) => one.name === name)
    const sql = column === undefined ? undefined : valueOf(written[at], column)
    return sql === undefined ? undefined : `(${sql})::${column?.type} AS ${quoted(name)}`
  })
  const symptom = {
    query,
    rule: 'proof-write-refused' as const,
    severity: 'warning' as const,
    sqlstate: '23514',
    table: now.name,
    said: `may fail with 23514: ${now.name} has the check ${check.name}, ${check.expression}`,
    why: touched ? onlyData : `${onlyData} A row that is there already may violate it: it is NOT VALID.`,
  }
  if (write.columns === undefined || values.some((value) => value === undefined)) return [{ symptom }]
  return [
    {
      symptom: {
        ...symptom,
        severity: 'error',
        said: `fails with 23514: what it writes violates the check ${check.name} of ${now.name}, ${check.expression}`,
        why: 'The query itself says what it writes, so no data can help.',
      },
      decide: `SELECT (${check.expression}) AS holds FROM (SELECT ${values.join(', ')}) AS ${quoted(now.name.split('.').at(-1) ?? '')}`,
    },
  ]
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
