import type { SchemaChanges } from '../changes.js'
import type { ForeignKey, Schema, Table, Unique } from '../schema.js'
import { fillsSome, onlyData, type Met, type Suspicion } from './suspicion.js'

/** Unique and exclusion constraints that are new. */
export function uniques(met: Met): Suspicion[] {
  const { query, write, before, now } = met
  if (write.does === 'delete' || write.takesConflicts) return []
  const fresh = now.uniques.filter((unique) => !before.uniques.some((old) => demandsAsMuch(old, unique)))
  const exclusions = now.exclusions.filter(({ definition }) =>
    before.exclusions.every((old) => old.definition !== definition),
  )
  const suspect = ({ name, columns }: Unique, sqlstate: string, kind: string): Suspicion[] =>
    fillsSome(met, columns)
      ? [
          {
            symptom: {
              query,
              rule: 'proof-write-refused',
              severity: 'warning',
              sqlstate,
              table: now.name,
              said: `may fail with ${sqlstate}: ${now.name} has the ${kind} ${name}${columns === undefined ? '' : ` over ${columns.join(', ')}`}`,
              why: onlyData,
            },
          },
        ]
      : []
  return [
    ...fresh.flatMap((unique) => suspect(unique, '23505', 'unique index')),
    ...exclusions.flatMap((exclusion) => suspect(exclusion, '23P01', 'exclusion constraint')),
  ]
}

/** Whether the old index refuses everything that the new one does. */
const demandsAsMuch = (old: Unique, now: Unique) =>
  old.definition === now.definition ||
  (!old.partial &&
    old.columns !== undefined &&
    now.columns !== undefined &&
    old.columns.every((name) => now.columns?.includes(name) === true))

/** Foreign keys that are new, met by whoever writes the child. */
export function children(met: Met): Suspicion[] {
  const { write, before, now } = met
  if (write.does === 'delete') return []
  return newKeys(before.foreignKeys, now.foreignKeys).flatMap((key) =>
    fillsSome(met, key.columns)
      ? [refusal(met, now.name, `${now.name} has the foreign key ${key.name} to ${key.references}`)]
      : [],
  )
}

/** Foreign keys that are new, met by whoever takes the parent away. */
export function parents(met: Met, { before, tables }: SchemaChanges): Suspicion[] {
  const { write } = met
  if (write.does === 'insert') return []
  return tables.flatMap((child) =>
    newKeys(sameAs(before, child)?.foreignKeys ?? [], child.foreignKeys)
      .filter(({ references }) => references === met.now.name)
      .filter((key) =>
        write.does === 'delete' ? key.holdsDelete : key.holdsUpdate && fillsSome(met, key.referenced),
      )
      .map((key) => refusal(met, child.name, `${child.name} refers to it with the foreign key ${key.name}`)),
  )
}

/** It may have been renamed, or made anew under its name. */
const sameAs = ({ tables }: Schema, { oid, name }: Table) =>
  [...tables.values()].find((table) => table.oid === oid) ?? tables.get(name)

const newKeys = (before: readonly ForeignKey[], now: readonly ForeignKey[]) =>
  now.filter(({ definition }) => before.every((old) => old.definition !== definition))

const refusal = ({ query }: Met, table: string, what: string): Suspicion => ({
  symptom: {
    query,
    rule: 'proof-write-refused',
    severity: 'warning',
    sqlstate: '23503',
    table,
    said: `may fail with 23503: ${what}`,
    why: onlyData,
  },
})
