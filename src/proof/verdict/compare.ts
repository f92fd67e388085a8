import { isOtherMoment, kindOf } from './javascript.js'
import type { Observation, ObservedColumn, Tried } from './observation.js'
import type { Symptom } from './symptom.js'

/** What a query meets on a schema that it did not meet on the schema of the running code. */
export function compare(query: Tried, before: Observation, after: Observation): Symptom[] {
  if (before.refusal !== undefined) return []
  if (after.refusal !== undefined) {
    const { sqlstate, message } = after.refusal
    return [
      {
        query,
        rule: 'proof-query-breaks',
        severity: 'error',
        sqlstate,
        said: `fails with ${sqlstate}: ${message}`,
        why: 'PostgreSQL refuses it on the new schema, with and without rows, and it took it on the schema before.',
      },
    ]
  }
  return [...resultSymptoms(query, before.columns, after.columns), ...parameterSymptoms(query, before, after)]
}

function resultSymptoms(
  query: Tried,
  before: readonly ObservedColumn[],
  after: readonly ObservedColumn[],
): Symptom[] {
  const then = byName(before)
  const now = byName(after)
  return [...then].flatMap(([name, column]) => {
    const other = now.get(name)
    const said = other === undefined ? gone(name) : changed(column, other)
    return said === undefined ? [] : [{ query, rule: 'proof-result-changes', ...said }]
  })
}

// A row is an object: of two columns with one name the last wins. https://node-postgres.com/apis/result
const byName = (columns: readonly ObservedColumn[]) =>
  new Map(columns.map((column, index) => [column.name, { ...column, twins: twinsAt(columns, index) }]))

const twinsAt = (columns: readonly ObservedColumn[], index: number) =>
  columns.filter(({ name }) => name === columns[index]?.name).length

type Said = Pick<Symptom, 'severity' | 'said' | 'why'>
type Counted = ObservedColumn & { readonly twins: number }

const gone = (name: string): Said => ({
  severity: 'error',
  said: `no longer returns the column ${name}`,
  why: `The running code reads row.${name}, which is undefined from then on; no error says so.`,
})

function changed(before: Counted, after: Counted): Said | undefined {
  const { name } = before
  if (after.twins > before.twins && after.origin !== before.origin) {
    return {
      severity: 'error',
      said: `returns a second column ${name}, which takes the place of the first`,
      why: `In a row of pg the last column of a name wins, so row.${name} silently is another value.`,
    }
  }
  const [then, now] = [kindOf(before.type), kindOf(after.type)]
  if (then !== now) {
    return {
      severity: 'error',
      said: `returns ${name} as ${now} where it was ${then} (${before.type} became ${after.type})`,
      why: `pg hands ${after.type} over as ${now}; the running code goes on taking it for ${then}, and no error says so.`,
    }
  }
  if (isOtherMoment(before.type, after.type)) {
    return {
      severity: 'warning',
      said: `returns ${name} as ${after.type} where it was ${before.type}`,
      why: 'Both are a Date, but pg reads one without a time zone in that of the process, so it may be another moment.',
    }
  }
  return undefined
}

function parameterSymptoms(query: Tried, before: Observation, after: Observation): Symptom[] {
  return before.parameters.flatMap((then, index): Symptom[] => {
    const now = after.parameters[index]
    if (now === undefined || accepts(now, then)) return []
    // A whole number may be too large for a smaller type; any other text may be none of the type at all.
    const sqlstate = isWhole(then) && isWhole(now) ? '22003' : '22P02'
    return [
      {
        query,
        rule: 'proof-parameter-changes',
        severity: 'warning',
        sqlstate,
        said: `takes $${index + 1} as ${now} where it was ${then}`,
        why: `A value that is good as ${then} may be none as ${now}; which values the running code sends, only its data can tell.`,
      },
    ]
  })
}

const numbers = ['smallint', 'integer', 'bigint', 'numeric']
const isNumber = (type: string) => [...numbers, 'real', 'double precision'].includes(type)
const isWhole = (type: string) => numbers.slice(0, 3).includes(type)

const texts = new Set(['text', 'character varying', 'character', 'citext', 'public.citext', 'name'])
const times = new Set(['date', 'timestamp without time zone', 'timestamp with time zone'])

/** Whether every value that `then` reads is one that `now` reads too. */
function accepts(now: string, then: string): boolean {
  if (now === then || texts.has(now)) return true
  if (times.has(now) && times.has(then)) return true
  if (isNumber(now) && isNumber(then)) {
    const [to, from] = [numbers.indexOf(now), numbers.indexOf(then)]
    return to < 0 || (from >= 0 && from <= to)
  }
  return (now === 'json' || now === 'jsonb') && (then === 'json' || then === 'jsonb')
}
