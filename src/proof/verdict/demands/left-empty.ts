import { words, writtenTo, type Met, type Suspicion } from './suspicion.js'

/** Columns that were filled by themselves and no longer are: what leaves them out now stores NULL. */
export function leftEmpty(met: Met): Suspicion[] {
  const { query, write, before, now } = met
  const filledByTrigger = now.triggers.some((one) => one.before && one.events.includes('insert'))
  if (write.does !== 'insert' || filledByTrigger) return []
  return now.columns.flatMap((column): Suspicion[] => {
    const then = before.columns.find(({ name }) => name === column.name)
    if (then === undefined || column.notNull || column.filled || column.fills !== undefined) return []
    if (!then.filled && then.fills === undefined) return []
    if (writtenTo(met, column.name) !== 'default') return []
    return [
      {
        symptom: {
          query,
          rule: 'proof-rows-change',
          severity: then.filled ? 'error' : 'warning',
          table: now.name,
          said: `stores NULL in ${now.name}.${column.name} with its ${words[write.does]}, which ${then.filled ? 'was made by itself' : `was ${then.fills}`} before`,
          why: 'It leaves the column out, and no error says so.',
        },
      },
    ]
  })
}
