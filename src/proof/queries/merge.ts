import type { Query } from '../../core/query.js'
import { shapeOf } from '../../core/sql-shape.js'
import type { ReadQuery } from './read-query.js'

/** Each distinct query once, with every place that sends it: one is distinct by its shape and its name. */
export function mergeQueries(read: readonly ReadQuery[]): Query[] {
  const merged = new Map<string, { readonly query: Query; readonly sites: Set<string> }>()
  for (const { query: recorded, readAt } of read) {
    const { site, ...query } = recorded
    const key = `${query.name ?? ''}\n${shapeOf(query.text)}`
    const known = merged.get(key) ?? { query: { ...query, readAt, sites: [] }, sites: new Set() }
    if (site !== undefined) known.sites.add(site)
    merged.set(key, known)
  }
  return [...merged.values()].map(({ query, sites }) => ({ ...query, sites: [...sites] }))
}
