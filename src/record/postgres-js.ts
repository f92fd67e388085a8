import type { CallSites } from './call-site.js'
import type { Watch } from './node-postgres.js'

interface Query {
  readonly tagged?: unknown
  /** Where a tagged query was written: the stack of its first use. */
  readonly origin?: unknown
}

interface Statement {
  readonly string?: unknown
  /** OIDs; 0 where the server decides. */
  readonly types?: unknown
}

/** Whether this is the class of the queries of postgres.js. https://github.com/porsager/postgres */
export function isPostgresJsQuery(given: unknown): given is { readonly prototype: Query } {
  if (typeof given !== 'function' || !(given.prototype instanceof Promise)) return false
  const { prototype } = given
  return ['handle', 'describe', 'simple', 'forEach'].every(
    (name) => typeof Reflect.get(prototype, name) === 'function',
  )
}

/**
 * Has each query seen when postgres.js has put its text together: it then keeps statement and types in a property of
 * the query, which is null until then. Statements are prepared under names of its own making, and it mends a cached
 * plan by itself, so no name is told.
 */
export function watchPostgresJs(
  { prototype }: { readonly prototype: Query },
  { recorder, sites }: Watch,
): void {
  if (Object.getOwnPropertyDescriptor(prototype, 'statement') !== undefined) return
  Object.defineProperty(prototype, 'statement', {
    configurable: true,
    enumerable: false,
    get: () => null,
    set(this: Query, value: unknown) {
      if (value === null) return
      const enduring = { configurable: true, enumerable: true, writable: true }
      Object.defineProperty(this, 'statement', { ...enduring, value })
      const { string: text, types } = value as Statement
      if (typeof text !== 'string' || !recorder.isDue(text)) return
      recorder.take({
        text,
        name: undefined,
        parameterTypes: oidsOf(types),
        site: siteOf(this, sites),
      })
    },
  })
}

const oidsOf = (types: unknown): number[] | undefined =>
  Array.isArray(types) && types.length > 0 && types.every((type) => typeof type === 'number')
    ? [...types]
    : undefined

// It keeps a stack for a tagged query alone, and would keep one that is asked for here without end.
function siteOf(query: Query, sites: CallSites): string | undefined {
  if (query.tagged !== true) return undefined
  const { origin } = query
  return typeof origin === 'string' ? sites.read(origin) : undefined
}
