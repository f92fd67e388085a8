import type { Catalog } from '../../core/catalog.js'
import type { Change, Name } from '../change.js'
import { fromCatalog } from './from-catalog.js'
import {
  alter,
  empty,
  fromCreate,
  settle,
  shownOf,
  type Entry,
  type IndexState,
  type TableState,
} from './table.js'

export interface Tables {
  get(name: Name): TableState
  indexOf(name: Name): { readonly table: TableState; readonly index: IndexState } | undefined
  apply(change: Change): void
  settle(): void
  /** A file begins: what the ones before it put into tables is there now. */
  beginFile(): void
}

/** The tables of a plan; a name without a schema is the first in the search path that is known. */
export function createTables(catalog: Catalog | undefined): Tables {
  // By bare name: a plan may hold thousands of tables.
  const entries = new Map<string, Entry[]>()
  const filling = new Set<Entry>()
  // Tables that have, or once had, an index of a name: a plan may drop thousands, and each is looked for.
  const homes = new Map<string, Set<Entry>>()
  const house = (entry: Entry, index: string) => {
    homes.set(index, (homes.get(index) ?? new Set()).add(entry))
  }
  const put = (entry: Entry) => {
    entries.set(entry.name.name, [...(entries.get(entry.name.name) ?? []), entry])
    for (const index of entry.indexes.keys()) house(entry, index)
  }
  const take = (entry: Entry) => {
    const { name } = entry.name
    entries.set(
      name,
      (entries.get(name) ?? []).filter((other) => other !== entry),
    )
  }
  for (const table of catalog?.tables ?? []) put(fromCatalog(table))
  const path = catalog?.searchPath ?? []

  const find = (name: Name): Entry | undefined => {
    const named = entries.get(name.name) ?? []
    if (name.schema !== undefined) {
      return (
        named.find((entry) => entry.name.schema === name.schema) ??
        named.find((entry) => entry.name.schema === undefined && (path[0] ?? 'public') === name.schema)
      )
    }
    const bare = named.find((entry) => entry.name.schema === undefined)
    const inPath = path.flatMap((schema) => named.find((entry) => entry.name.schema === schema) ?? [])
    return bare ?? inPath[0] ?? (catalog === undefined ? named[0] : undefined)
  }

  const obtain = (name: Name): Entry => {
    const found = find(name)
    if (found !== undefined) return found
    const entry = empty(name)
    put(entry)
    return entry
  }

  const fill = (entry: Entry) => {
    entry.isFilling = true
    filling.add(entry)
  }

  const remove = (name: Name) => {
    const found = find(name)
    if (found !== undefined) take(found)
  }

  const rename = (entry: Entry, name: Name) => {
    take(entry)
    entry.name = name
    put(entry)
  }

  // Names that running code knows and that are free: a view which takes one is what that code uses from then on.
  const left = new Set<string>()
  const leave = (name: Name, to: Name) => {
    const entry = obtain(name)
    if (!entry.isNew) left.add(name.name)
    rename(entry, to)
  }

  const indexEntry = ({ schema, name }: Name) =>
    [...(homes.get(name) ?? [])].find(
      (entry) =>
        entry.indexes.has(name) &&
        (entries.get(entry.name.name) ?? []).includes(entry) &&
        (schema === undefined || (entry.name.schema ?? schema) === schema),
    )

  return {
    beginFile: () => {
      for (const entry of filling) entry.isFilled = true
      filling.clear()
    },
    settle: () => {
      for (const entry of [...entries.values()].flat()) settle(entry)
    },
    // What the catalog does not know is not there, so nobody uses it.
    get: (name) => shownOf(find(name) ?? { ...empty(name), isNew: catalog !== undefined }),
    indexOf: (name) => {
      const entry = indexEntry(name)
      const index = entry?.indexes.get(name.name)
      return entry === undefined || index === undefined ? undefined : { table: shownOf(entry), index }
    },
    apply: (change) => {
      switch (change.kind) {
        case 'create table': {
          const known = find(change.table)
          if (change.ifNotExists && known !== undefined && !known.isNew) return
          remove(change.table)
          const entry = fromCreate(change)
          put(entry)
          if (change.filled) fill(entry)
          if (change.partitionOf !== undefined) obtain(change.partitionOf).isPartitioned = true
          return
        }
        case 'create view':
          if (find(change.view) === undefined)
            put({ ...empty(change.view), isNew: !left.has(change.view.name) })
          obtain(change.view).viewColumns = change.columns ?? []
          obtain(change.view).isMaterialized = change.materialized
          return
        case 'rename column': {
          const { viewColumns } = obtain(change.table)
          obtain(change.table).viewColumns = viewColumns.map((name) =>
            name === change.column ? change.to : name,
          )
          break
        }
        case 'drop':
          if (change.object === 'index') indexEntry(change.name)?.indexes.delete(change.name.name)
          else if (isRelation(change.object)) {
            if (!(find(change.name)?.isNew ?? false)) left.add(change.name.name)
            remove(change.name)
          }
          return
        case 'rename':
          if (change.object === 'index') {
            renameIndex(indexEntry(change.name), change.name.name, change.to, house)
          } else if (isRelation(change.object)) leave(change.name, { ...change.name, name: change.to })
          return
        case 'move':
          if (isRelation(change.object)) leave(change.name, { ...change.name, schema: change.to })
          return
        case 'grant':
        case 'revoke':
          if (change.object === 'table') for (const name of change.names) grantOn(obtain(name), change)
          return
        case 'write':
          if (!change.values && fills.has(change.does)) fill(obtain(change.table))
          return
        case 'create index': {
          const name = change.index
          if (name === undefined) return
          const { unique, columns, where, only } = change
          const partial = where !== undefined
          const reads =
            change.plain && !partial ? [] : [...columns, ...change.reads, ...(where?.columns ?? [])]
          const table = obtain(change.table)
          if (change.ifNotExists && table.indexes.has(name)) return
          table.indexes.set(name, {
            name,
            unique,
            columns,
            reads,
            partial,
            constraint: undefined,
            isNew: true,
          })
          house(table, name)
          // Nobody says ONLY of a table without partitions.
          if (only && table.catalog === undefined) table.isPartitioned = true
          return
        }
      }
      if (!('table' in change) || change.table === undefined) return
      const entry = obtain(change.table)
      const before = entry.indexes.size
      alter(entry, change)
      if (change.kind === 'add constraint' || entry.indexes.size > before) {
        for (const index of entry.indexes.keys()) house(entry, index)
      }
    },
  }
}

function grantOn(entry: Entry, { kind, from }: Extract<Change, { kind: 'grant' | 'revoke' }>): void {
  const roles = entry.grantedTo ?? []
  // A single right may be revoked of several: the role still counts.
  if (kind === 'grant') entry.grantedTo = [...new Set([...roles, ...from])]
}

// An UPDATE or DELETE makes no table larger.
const fills = new Set(['insert', 'merge', 'copy'])

const isRelation = (kind: string) => kind === 'table' || kind === 'view' || kind === 'materialized view'

function renameIndex(
  entry: Entry | undefined,
  from: string,
  to: string,
  house: (entry: Entry, index: string) => void,
): void {
  const index = entry?.indexes.get(from)
  if (entry === undefined || index === undefined) return
  entry.indexes.delete(from)
  entry.indexes.set(to, { ...index, name: to })
  house(entry, to)
}
