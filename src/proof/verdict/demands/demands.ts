import type { SchemaChanges } from '../changes.js'
import type { Observation, Tried } from '../observation.js'
import { lookUp, type Schema, type Table } from '../schema.js'
import { usesOf, type Uses } from '../uses.js'
import { access, triggers } from './access.js'
import { checks } from './checks.js'
import { children, parents, uniques } from './keys.js'
import { leftEmpty } from './left-empty.js'
import { reads } from './reads.js'
import { required } from './required.js'
import { sizes } from './sizes.js'
import type { Suspicion } from './suspicion.js'

/** What a query that PostgreSQL still takes may meet when it runs, by what the new schema demands. */
export function suspect(query: Tried, observation: Observation, changes: SchemaChanges): Suspicion[] {
  const { before, now } = changes
  if (changes.tables.length === 0 && !changes.enums) return []
  const uses = known.get(query) ?? usesOf(query.node)
  known.set(query, uses)
  const ofWrites = uses.writes.flatMap((write): Suspicion[] => {
    const [then, table] = [baseOf(before, lookUp(before, write.table)), baseOf(now, lookUp(now, write.table))]
    if (then === undefined || table === undefined) return []
    const met = { query, write, before: then, now: table }
    const held = parents(met, changes)
    if (!changes.of(table)) return held
    return [
      ...required(met),
      ...leftEmpty(met),
      ...checks(met),
      ...sizes(met),
      ...uniques(met),
      ...children(met),
      ...held,
      ...triggers(met),
    ]
  })
  return [
    ...ofWrites,
    ...access(query, uses, changes),
    ...reads(query, uses, observation, changes).map((symptom) => ({ symptom })),
  ]
}

// Every query is held against the schema after each migration.
const known = new WeakMap<Tried, Uses>()

/** The table that is written through a view over it. */
const baseOf = (schema: Schema, table: Table | undefined) =>
  table?.view === true && table.over !== undefined ? schema.tables.get(table.over) : table
