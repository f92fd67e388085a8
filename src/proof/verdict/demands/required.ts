import type { Column } from '../schema.js'
import { onlyData, valueOf, words, writtenTo, type Met, type Suspicion } from './suspicion.js'

/** Columns that a write must fill from now on. https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-NOT-NULL */
export function required(met: Met): Suspicion[] {
  const { query, write, before, now } = met
  if (write.does === 'delete') return []
  return now.columns.flatMap((column): Suspicion[] => {
    const then = before.columns.find(({ name }) => name === column.name)
    if (!column.notNull || column.filled || (then?.notNull === true && then.fills === column.fills)) return []
    const written = writtenTo(met, column.name)
    const isNull = valueOf(written, column) === 'NULL'
    // What was refused before is no news.
    const mayBeNull = written === 'unknown' && then?.notNull !== true
    if (!isNull && !mayBeNull) return []
    const filledByTrigger = write.does === 'insert' && now.triggers.some(fillsInserted)
    const certain = isNull && !filledByTrigger
    const name = `${now.name}.${column.name}`
    const omitted = written === 'default'
    return [
      {
        symptom: {
          query,
          rule: 'proof-write-refused',
          severity: certain ? 'error' : 'warning',
          sqlstate: '23502',
          table: now.name,
          said: certain
            ? `fails with 23502: its ${words[write.does]} ${omitted ? 'leaves out' : 'puts NULL into'} ${name}, which ${demandOf(column)}`
            : `may fail with 23502: ${name} no longer takes NULL`,
          why: certain
            ? 'A column that is NOT NULL and has no default has to be written, and the running code does not know of that.'
            : filledByTrigger
              ? 'It does not write the column; whether a trigger fills it, only running it can tell.'
              : onlyData,
        },
      },
    ]
  })
}

const fillsInserted = ({ before, events }: Met['now']['triggers'][number]) =>
  before && events.includes('insert')

const demandOf = ({ fills }: Column) =>
  fills === undefined ? 'is NOT NULL and has no default' : 'is NOT NULL'
