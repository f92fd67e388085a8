import { valueOf, writtenTo, type Met, type Suspicion } from './suspicion.js'

/** Columns that hold less than before: a shorter text, a smaller number. */
export function sizes(met: Met): Suspicion[] {
  const { query, write, before, now } = met
  if (write.does === 'delete') return []
  return now.columns.flatMap((column): Suspicion[] => {
    const then = before.columns.find(({ name }) => name === column.name)
    const written = writtenTo(met, column.name)
    if (then === undefined || written === undefined || written === 'default' || then.type === column.type)
      return []
    const sqlstate = shrinks(then.type, column.type)
    if (sqlstate === undefined) return []
    const sql = valueOf(written, column)
    const symptom = {
      query,
      rule: 'proof-write-refused' as const,
      severity: 'warning' as const,
      sqlstate,
      table: now.name,
      said: `may fail with ${sqlstate}: ${now.name}.${column.name} is ${column.type} where it was ${then.type}`,
      why: 'Whether a value of the running code is too large for it, only its data can tell.',
    }
    if (sql === undefined) return [{ symptom }]
    const fits = sqlstate === '22001' ? `length((${sql})::text) <= ${modifiersOf(column.type)[0]}` : undefined
    return fits === undefined
      ? [{ symptom }]
      : [{ symptom: { ...symptom, severity: 'error' }, decide: `SELECT ${fits} AS holds` }]
  })
}

const modifiersOf = (type: string) => (/\(([\d,]+)\)/.exec(type)?.[1] ?? '').split(',').map(Number)

const texts = /^(?:text|character varying|character)\b/

/** String data right truncation, or numeric value out of range; undefined: it takes all that it took. */
function shrinks(then: string, now: string): '22001' | '22003' | undefined {
  const [was = Infinity, fractionWas = 0] = limits(then)
  const [is = Infinity, fractionIs = 0] = limits(now)
  if (texts.test(then) && texts.test(now)) return is < was ? '22001' : undefined
  if (then.startsWith('numeric') && now.startsWith('numeric')) {
    return is - fractionIs < was - fractionWas ? '22003' : undefined
  }
  return undefined
}

const limits = (type: string) => (type.includes('(') ? modifiersOf(type) : [])
