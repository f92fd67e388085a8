import type { Catalog } from '../../core/catalog.js'
import type { Argument, Change, ColumnType, Name } from '../change.js'
import type { IndexState, TableState } from './table.js'
import { createTables, type Tables } from './tables.js'

/**
 * What the judge knows of the schema at one point of the plan: the catalog, if there is one, and what the
 * statements before this one did to it.
 */
export interface State {
  /** As `server_version_num` has it; undefined: no database was asked. */
  readonly serverVersion: number | undefined
  /** What is there now was asked of a database. */
  readonly hasCatalog: boolean
  /** TimeZone of the server is UTC; undefined: not known. */
  readonly utc: boolean | undefined
  /** Never undefined: of a table that nobody has told of, it is assumed that running code uses it. */
  table(name: Name): TableState
  /** The table of an index, if this plan or the catalog says it. */
  indexOf(name: Name): { readonly table: TableState; readonly index: IndexState } | undefined
  /** Whether this plan itself made the thing, so that no running code knows it. */
  isNew(kind: 'type' | 'function' | 'sequence' | 'schema', name: Name): boolean
  /** A domain to which this plan gave a CHECK or NOT NULL. */
  isConstrainedDomain(name: Name): boolean
  /** What a domain of this plan, or of the one before it, is made of. */
  domainBase(name: Name): ColumnType | undefined
  /** What this plan, or the one before it, made of the name: each signature once, the newest last. */
  functions(name: Name): readonly KnownFunction[]
  /** As this plan declared the function. */
  volatilityOf(functionName: string): 'immutable' | 'stable' | 'volatile' | undefined
}

export type KnownFunction = Extract<Change, { kind: 'create function' }> & { readonly isNew: boolean }

export interface MutableState extends State {
  apply(change: Change): void
  /** A file begins: what the ones before it put into tables is there now. */
  beginFile(): void
  /** What was made until now has been released: running code uses it. */
  settle(): void
}

/** The state before the first statement of a plan. */
export function createState(catalog: Catalog | undefined): MutableState {
  const tables: Tables = createTables(catalog)
  const made = new Set<string>()
  const constrained = new Set<string>()
  const bases = new Map<string, ColumnType>()
  const volatility = new Map<string, 'immutable' | 'stable' | 'volatile'>()
  const functions = new Map<string, KnownFunction[]>()
  const schemaOf = ({ schema }: Name) => schema !== undefined && made.has(`schema ${schema}`)
  return {
    serverVersion: catalog?.serverVersion,
    hasCatalog: catalog !== undefined,
    utc: catalog?.utc,
    table: (name) => {
      const table = tables.get(name)
      return schemaOf(name) && !table.isNew ? { ...table, isNew: true } : table
    },
    indexOf: (name) => tables.indexOf(name),
    isNew: (kind, name) => made.has(key(kind, name)) || schemaOf(name),
    isConstrainedDomain: ({ name }) => constrained.has(name),
    domainBase: ({ name }) => bases.get(name),
    functions: ({ name }) => functions.get(name) ?? [],
    volatilityOf: (name) => volatility.get(name),
    apply: (change) => {
      if (change.kind === 'create type' && change.constrained) constrained.add(change.type.name)
      if (change.kind === 'create type' && change.base !== undefined) bases.set(change.type.name, change.base)
      if (change.kind === 'domain constraint' && /^(?:add|set not null)$/.test(change.does)) {
        constrained.add(change.domain.name)
      }
      if (change.kind === 'create function') addFunction(functions, change)
      if (change.kind === 'drop' && change.object === 'function') functions.delete(change.name.name)
      if (change.kind === 'create function') volatility.set(change.function.name, change.volatility)
      if (change.kind === 'create type') made.add(key('type', change.type))
      if (change.kind === 'create function' && !change.replace) made.add(key('function', change.function))
      if (change.kind === 'create') made.add(key(change.object, change.name))
      if (change.kind === 'rename' && made.delete(key(change.object, change.name))) {
        made.add(key(change.object, { schema: undefined, name: change.to }))
      }
      tables.apply(change)
    },
    beginFile: () => tables.beginFile(),
    settle: () => {
      made.clear()
      for (const [name, all] of functions)
        functions.set(
          name,
          all.map((one) => ({ ...one, isNew: false })),
        )
      tables.settle()
    },
  }
}

function addFunction(
  functions: Map<string, KnownFunction[]>,
  change: Extract<Change, { kind: 'create function' }>,
): void {
  const { name } = change.function
  const all = functions.get(name) ?? []
  const same = all.find((one) => sameSignature(one.arguments, change.arguments))
  const isNew = same?.isNew ?? !change.replace
  functions.set(name, [...all.filter((one) => one !== same), { ...change, isNew }])
}

const inputs = (all: readonly Argument[]) => all.filter(({ out }) => !out)

/** A function is replaced by one of the same name and the same types of its inputs. */
export const sameSignature = (a: readonly Argument[], b: readonly Argument[]): boolean =>
  inputs(a)
    .map(({ type }) => type)
    .join() ===
  inputs(b)
    .map(({ type }) => type)
    .join()

const key = (kind: string, { name }: Name) => `${kind} ${name}`
