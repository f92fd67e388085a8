import type { CatalogTable } from '../../core/catalog.js'
import type { Change, Column, Constraint, Name } from '../change.js'

/** A table as far as it is known at one point of the plan. */
export interface TableState {
  readonly name: Name
  /** Made by this plan: running code does not know it. */
  readonly isNew: boolean
  /** Rows were put into it by this plan, so that work on it takes time. */
  readonly isFilled: boolean
  /** What the catalog says of it, for one that was there before. */
  readonly catalog: CatalogTable | undefined
  readonly column: (name: string) => ColumnState | undefined
  /** Constraints that are known by name. */
  readonly constraint: (name: string) => ConstraintState | undefined
  /** A validated CHECK or NOT NULL proves that the column holds no NULL. */
  readonly provesNotNull: (column: string) => boolean
}

export interface ColumnState {
  readonly name: string
  readonly isNew: boolean
  /** As `pg_type` names it; undefined: not known. */
  readonly type: string | undefined
  readonly modifiers: readonly number[]
  readonly notNull: boolean
  readonly hasDefault: boolean
}

export interface ConstraintState {
  readonly name: string
  readonly type: Constraint['type'] | 'trigger'
  readonly columns: readonly string[]
  readonly valid: boolean
  readonly provesNotNull: readonly string[]
  /** Where a foreign key points. */
  readonly references: Name | undefined
  readonly isNew: boolean
}

export interface IndexState {
  readonly name: string
  readonly unique: boolean
  readonly constraint: string | undefined
  readonly isNew: boolean
}

/** A table while the plan is read: what the statements change. */
export interface Entry {
  name: Name
  isNew: boolean
  isFilled: boolean
  catalog: CatalogTable | undefined
  columns: Map<string, ColumnState>
  constraints: Map<string, ConstraintState>
  indexes: Map<string, IndexState>
}

/** What the parts of ALTER TABLE do to what is known of the table. */
export function alter(entry: Entry, change: Change): void {
  switch (change.kind) {
    case 'add column':
      addColumn(entry, change.column)
      return
    case 'drop column':
      entry.columns.delete(change.column)
      return
    case 'rename column': {
      const column = entry.columns.get(change.column)
      entry.columns.delete(change.column)
      entry.columns.set(change.to, { ...(column ?? unknownColumn(change.to)), name: change.to })
      return
    }
    case 'alter type':
      update(entry, change.column, { type: change.type.name, modifiers: change.type.modifiers })
      return
    case 'set not null':
      update(entry, change.column, { notNull: true })
      return
    case 'drop not null':
      update(entry, change.column, { notNull: false })
      return
    case 'set default':
    case 'add identity':
      update(entry, change.column, { hasDefault: true })
      return
    case 'drop default':
    case 'drop identity':
      update(entry, change.column, { hasDefault: false })
      return
    case 'add constraint':
      addConstraint(entry, change.constraint)
      return
    case 'drop constraint':
      entry.constraints.delete(change.constraint)
      return
    case 'validate constraint': {
      const constraint = entry.constraints.get(change.constraint)
      if (constraint !== undefined) entry.constraints.set(change.constraint, { ...constraint, valid: true })
      return
    }
  }
}

function update(entry: Entry, name: string, facts: Partial<ColumnState>): void {
  entry.columns.set(name, { ...(entry.columns.get(name) ?? unknownColumn(name)), ...facts })
}

const unknownColumn = (name: string): ColumnState => ({
  name,
  isNew: false,
  type: undefined,
  modifiers: [],
  notNull: false,
  hasDefault: false,
})

function addColumn(entry: Entry, column: Column): void {
  entry.columns.set(column.name, {
    name: column.name,
    isNew: true,
    type: column.type.name,
    modifiers: column.type.modifiers,
    notNull: column.notNull,
    hasDefault: column.default !== undefined || column.identity !== undefined || column.serial,
  })
  for (const constraint of column.constraints) addConstraint(entry, constraint)
}

function addConstraint(entry: Entry, constraint: Constraint): void {
  const name = constraint.name ?? defaultName(entry.name.name, constraint)
  entry.constraints.set(name, {
    name,
    type: constraint.type,
    columns: constraint.columns,
    valid: !constraint.notValid && !constraint.notEnforced,
    provesNotNull:
      constraint.type === 'not null' ? constraint.columns : (constraint.expression?.provesNotNull ?? []),
    references: constraint.references?.table,
    isNew: true,
  })
  if (constraint.type === 'unique' || constraint.type === 'primary key') {
    const index = constraint.usingIndex ?? name
    entry.indexes.set(index, { name: index, unique: true, constraint: name, isNew: true })
  }
}

/** The name that PostgreSQL finds, but for shortening and numbering. */
function defaultName(table: string, { type, columns }: Constraint): string {
  const ends = {
    check: 'check',
    'foreign key': 'fkey',
    unique: 'key',
    'primary key': 'pkey',
    exclude: 'excl',
  }
  const end = type === 'not null' ? 'not_null' : ends[type]
  return [table, ...(type === 'primary key' ? [] : columns), end].join('_')
}

/** A table of which nothing is known but its name. */
export const empty = (name: Name): Entry => ({
  name,
  isNew: false,
  isFilled: false,
  catalog: undefined,
  columns: new Map(),
  constraints: new Map(),
  indexes: new Map(),
})

/** A table that the plan makes. */
export function fromCreate(change: Extract<Change, { kind: 'create table' }>): Entry {
  const entry: Entry = { ...empty(change.table), isNew: true, isFilled: change.filled }
  for (const column of change.columns) addColumn(entry, column)
  for (const constraint of change.constraints) addConstraint(entry, constraint)
  return entry
}

/** A table that is there. */
export function fromCatalog(table: CatalogTable): Entry {
  const entry: Entry = { ...empty({ schema: table.schema, name: table.name }), catalog: table }
  for (const column of table.columns) entry.columns.set(column.name, { ...column, isNew: false })
  for (const constraint of table.constraints) {
    const references = constraint.references === undefined ? undefined : splitName(constraint.references)
    entry.constraints.set(constraint.name, { ...constraint, references, isNew: false })
  }
  for (const index of table.indexes) entry.indexes.set(index.name, { ...index, isNew: false })
  return entry
}

function splitName(name: string): Name {
  const dot = name.indexOf('.')
  return { schema: name.slice(0, dot), name: name.slice(dot + 1) }
}

/** The table as the rules see it. */
export function shownOf(entry: Entry): TableState {
  const { name, isNew, isFilled, catalog, columns, constraints } = entry
  return {
    name,
    isNew,
    isFilled,
    catalog,
    column: (column) => columns.get(column),
    constraint: (constraint) => constraints.get(constraint),
    provesNotNull: (column) =>
      columns.get(column)?.notNull === true ||
      [...constraints.values()].some((proof) => proof.valid && proof.provesNotNull.includes(column)),
  }
}
