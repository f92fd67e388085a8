import type { Query } from '../../core/query.js'
import { literalsOf, shapeOf } from '../../core/sql-shape.js'
import type { ReadQuery } from './read-query.js'

/** Values that the code writes into its texts have no end; what it says itself has few. */
export const mostVariants = 20

interface Variant {
  readonly text: string
  readonly readAt: string
  readonly sites: Set<string>
}

interface Merged {
  readonly query: Query
  readonly sites: Set<string>
  /** By their literals. */
  readonly variants: Map<string, Variant>
}

/**
 * Each distinct query once, with every place that sends it: one is distinct by its shape and its name. The first texts
 * that differ from it in their literals are kept: a literal may be a label of an enum, or what a check is about.
 */
export function mergeQueries(read: readonly ReadQuery[]): Query[] {
  const merged = new Map<string, Merged>()
  for (const { query: recorded, readAt } of read) {
    const { site, ...query } = recorded
    const key = `${query.name ?? ''}\n${shapeOf(query.text)}`
    const known: Merged = merged.get(key) ?? {
      query: { ...query, readAt, sites: [] },
      sites: new Set<string>(),
      variants: new Map(),
    }
    if (site !== undefined) known.sites.add(site)
    noteVariant(known, { text: query.text, readAt }, site)
    merged.set(key, known)
  }
  return [...merged.values()].map(({ query, sites, variants }) => ({
    ...query,
    sites: [...sites],
    ...(variants.size === 0 ? {} : { variants: [...variants.values()].map(shown) }),
  }))
}

const shown = ({ sites, ...variant }: Variant) => ({ ...variant, sites: [...sites] })

/** Lists of another length, and blanks, make no variant: the literals are the same. */
function noteVariant(
  { query, variants }: Merged,
  read: Omit<Variant, 'sites'>,
  site: string | undefined,
): void {
  if (read.text === query.text) return
  const literals = literalsOf(read.text)
  if (literals === literalsOf(query.text)) return
  const known = variants.get(literals)
  if (known === undefined && variants.size >= mostVariants) return
  const variant = known ?? { ...read, sites: new Set<string>() }
  if (site !== undefined) variant.sites.add(site)
  variants.set(literals, variant)
}
