import type { CallSites } from './call-site.js'
import { parameterTypesOf } from './parameter-types.js'
import type { Recorder } from './recorder.js'

type Query = (this: unknown, ...given: unknown[]) => unknown

export interface Watch {
  readonly recorder: Recorder
  readonly sites: CallSites
  /** Files of pg-pool, whose own calls of a client are seen where the pool is asked. */
  readonly pools: Set<string>
}

/** Whether this is the class `Client` of a copy of pg, of whatever version; its native twin is not. */
export const isPgClient = (given: unknown): given is { readonly prototype: { query: Query } } =>
  typeof given === 'function' && 'Query' in given && hasMethods(given, ['query', 'getStartupConf'])

/** Whether this is the class `Pool` of a copy of pg-pool. */
export const isPgPool = (given: unknown): given is { readonly prototype: { query: Query } } =>
  typeof given === 'function' && hasMethods(given, ['query', 'connect', '_pulseQueue'])

function hasMethods(given: { readonly prototype?: unknown }, names: readonly string[]): boolean {
  const { prototype } = given
  if (typeof prototype !== 'object' || prototype === null) return false
  return names.every((name) => typeof Reflect.get(prototype, name) === 'function')
}

const ours = Symbol.for('release-phase.record')

/**
 * Has each query that passes `query` seen, after it is on its way. What is given, returned and thrown stays what it
 * was. https://node-postgres.com/apis/client#clientquery
 */
export function watchQueries(driver: { readonly prototype: { query: Query } }, watch: Watch): void {
  // `pg.Pool` has the method from pg-pool's.
  const prototype = ownerOf(driver.prototype)
  const original = prototype.query
  if (ours in original) return
  function query(this: unknown, ...given: unknown[]): unknown {
    const result = Reflect.apply(original, this, given)
    see(given, query, watch)
    return result
  }
  Object.defineProperties(query, { length: { value: original.length }, [ours]: { value: true } })
  const before = Object.getOwnPropertyDescriptor(prototype, 'query')
  Object.defineProperty(prototype, 'query', { ...before, value: query })
}

function ownerOf(prototype: { query: Query }): { query: Query } {
  const above: unknown = Object.getPrototypeOf(prototype)
  return Object.hasOwn(prototype, 'query') || above === null ? prototype : ownerOf(above as { query: Query })
}

interface Asked {
  readonly text?: unknown
  readonly name?: unknown
  readonly values?: unknown
  /** A stream of rows has a cursor inside. https://node-postgres.com/apis/cursor */
  readonly cursor?: Asked
  readonly submit?: unknown
  readonly requiresPreparation?: unknown
}

function see(given: readonly unknown[], below: Query, watch: Watch): void {
  try {
    const text = textOf(given[0])
    if (text !== '' && watch.recorder.isDue(text)) look(text, given, below, watch)
  } catch {
    // A getter of the app's threw; it has thrown for the driver as well.
  }
}

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked
  if (typeof asked !== 'object' || asked === null) return ''
  const { text, cursor } = asked as Asked
  if (text === undefined && cursor !== undefined) return textOf(cursor)
  return typeof text === 'string' ? text : ''
}

function look(text: string, [asked, more]: readonly unknown[], below: Query, watch: Watch): void {
  const { recorder, sites, pools } = watch
  const found = sites.find(below, pools)
  if (found === undefined) return
  const { name, values, submit, requiresPreparation }: Asked =
    typeof asked === 'string' ? {} : (asked as Asked)
  // Any but pg's own queries hold their values as they are sent: everything is a text there.
  const isForeign = submit !== undefined && requiresPreparation === undefined
  recorder.take({
    text,
    name: typeof name === 'string' && name !== '' ? name : undefined,
    parameterTypes: isForeign ? undefined : parameterTypesOf(values ?? more),
    site: found.site,
  })
}
