import type { CatalogTable } from '../../core/catalog.js'
import type { Name } from '../change.js'
import { empty, type Entry } from './table.js'

/** A table that is there. */
export function fromCatalog(table: CatalogTable): Entry {
  const entry: Entry = {
    ...empty({ schema: table.schema, name: table.name }),
    catalog: table,
    isPartitioned: table.kind === 'partitioned table',
    isMaterialized: table.kind === 'materialized view',
    rowSecurity: table.rowSecurity,
    storage: table.storage,
    grantedTo: table.grantedTo,
    viewColumns: table.kind === 'view' ? table.columns.map(({ name }) => name) : [],
  }
  for (const column of table.columns) {
    entry.columns.set(column.name, {
      ...column,
      generated: column.generated ? 'stored' : undefined,
      hasDefault: column.hasDefault || column.identity !== undefined,
      isNew: false,
      isWhole: true,
      distinctDefault: column.identity !== undefined,
    })
  }
  for (const constraint of table.constraints) {
    const references = constraint.references === undefined ? undefined : splitName(constraint.references)
    entry.constraints.set(constraint.name, {
      ...constraint,
      references,
      comparisons: undefined,
      enforced: true,
      isNew: false,
    })
  }
  for (const index of table.indexes) entry.indexes.set(index.name, { ...index, isNew: false })
  return entry
}

function splitName(name: string): Name {
  const dot = name.indexOf('.')
  return { schema: name.slice(0, dot), name: name.slice(dot + 1) }
}
