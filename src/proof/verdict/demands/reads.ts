import type { SchemaChanges } from '../changes.js'
import type { Observation, Tried } from '../observation.js'
import { lookUp, type Schema, type Table } from '../schema.js'
import type { Symptom } from '../symptom.js'
import type { TableName, Uses } from '../uses.js'

/** What a query goes on to read without an error, and reads otherwise. */
export function reads(query: Tried, uses: Uses, observation: Observation, changes: SchemaChanges): Symptom[] {
  const { before, now } = changes
  return [
    ...naturalJoins(query, uses, before, now),
    ...(changes.enums ? enums(query, observation, before, now) : []),
    ...nulls(query, observation, changes),
    ...generated(query, observation, changes),
    ...views(query, uses, changes),
  ]
}

function naturalJoins(query: Tried, { natural }: Uses, before: Schema, now: Schema): Symptom[] {
  return natural.flatMap(({ left, right }): Symptom[] => {
    const then = common(left, right, before)
    const shared = common(left, right, now)
    if (then.join() === shared.join()) return []
    return [
      {
        query,
        rule: 'proof-rows-change',
        severity: 'error',
        said: `joins over ${shared.join(', ') || 'nothing'} where it joined over ${then.join(', ') || 'nothing'}`,
        why: 'NATURAL JOIN takes every column that both sides have, so it silently finds other rows.',
      },
    ]
  })
}

function common(left: readonly TableName[], right: readonly TableName[], schema: Schema): string[] {
  const namesOf = (tables: readonly TableName[]) =>
    tables.flatMap((name) => lookUp(schema, name)?.columns.map((column) => column.name) ?? [])
  const other = new Set(namesOf(right))
  return [...new Set(namesOf(left))].filter((name) => other.has(name)).toSorted()
}

function enums(query: Tried, observation: Observation, before: Schema, now: Schema): Symptom[] {
  return [...now.enums].flatMap(([type, labels]): Symptom[] => {
    const then = before.enums.get(type)
    if (then === undefined) return []
    const gone = then.filter((label) => !labels.includes(label))
    const added = labels.filter((label) => !then.includes(label))
    const takes = observation.parameters.some((name) => name === type || name === `${type}[]`)
    const returns = observation.columns.some((column) => column.type === type)
    return [
      ...(gone.length > 0 && takes
        ? [
            {
              query,
              rule: 'proof-parameter-changes' as const,
              severity: 'warning' as const,
              sqlstate: '22P02',
              said: `may fail with 22P02: ${type} no longer has ${gone.join(', ')}`,
              why: 'Which values the running code sends, only its data can tell.',
            },
          ]
        : []),
      ...(added.length > 0 && returns
        ? [
            {
              query,
              rule: 'proof-rows-change' as const,
              severity: 'note' as const,
              said: `may read ${added.join(', ')}, a value of ${type} that the running code does not know`,
              why: 'It does once new code has written it.',
            },
          ]
        : []),
    ]
  })
}

function nulls(query: Tried, { columns }: Observation, changes: SchemaChanges): Symptom[] {
  const nullable = nullableSince(changes)
  if (nullable.size === 0) return []
  return columns.flatMap(({ name, origin }): Symptom[] => {
    const column = nullable.get(origin ?? '')
    if (column === undefined) return []
    return [
      {
        query,
        rule: 'proof-rows-change',
        severity: 'note',
        said: `may read NULL as ${name}: ${column} no longer forbids it`,
        why: 'It does once new code has written one.',
      },
    ]
  })
}

function generated(query: Tried, { columns }: Observation, { before, tables }: SchemaChanges): Symptom[] {
  return tables.flatMap((table) =>
    table.columns.flatMap((column): Symptom[] => {
      const then = before.tables.get(table.name)?.columns.find(({ number }) => number === column.number)
      const read = columns.some(({ origin }) => origin === `${table.oid}.${column.number}`)
      if (!read || then?.generated === undefined || column.generated === undefined) return []
      if (then.generated === column.generated) return []
      return [
        {
          query,
          rule: 'proof-rows-change',
          severity: 'warning',
          table: table.name,
          said: `reads ${table.name}.${column.name}, which is ${column.generated} where it was ${then.generated}`,
          why: 'It is another value from then on, and no error says so.',
        },
      ]
    }),
  )
}

function nullableSince({ before, tables }: SchemaChanges): Map<string, string> {
  const found = new Map<string, string>()
  for (const table of tables) {
    const then = before.tables.get(table.name)
    for (const column of table.columns) {
      const old = then?.columns.find(({ number }) => number === column.number)
      if (old?.notNull === true && !column.notNull) {
        found.set(`${table.oid}.${column.number}`, `${table.name}.${column.name}`)
      }
    }
  }
  return found
}

function views(query: Tried, uses: Uses, { before, now, of }: SchemaChanges): Symptom[] {
  const changed = (table: Table) => {
    const then = of(table) ? before.tables.get(table.name) : undefined
    return then?.definition !== undefined && table.definition !== then.definition
  }
  return uses.tables.flatMap((name): Symptom[] => {
    const view = lookUp(now, name)
    if (view === undefined || !changed(view)) return []
    return [
      {
        query,
        rule: 'proof-rows-change',
        severity: 'note',
        table: view.name,
        said: `reads ${view.name}, whose definition has changed`,
        why: 'It is taken as before, but may find other rows.',
      },
    ]
  })
}
