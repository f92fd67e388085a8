import type { Change, Column, ColumnType, Constraint, Expression, Name } from '../change.js'
import { defaultName } from './default-name.js'
import type { TableState, ColumnState, Entry } from './known.js'

export type { TableState, ColumnState, ConstraintState, IndexState, Entry } from './known.js'

/** What the parts of ALTER TABLE do to what is known of the table. */
export function alter(entry: Entry, change: Change): void {
  switch (change.kind) {
    case 'add column':
      if (!change.ifNotExists || !entry.columns.has(change.column.name)) addColumn(entry, change.column)
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
      update(entry, change.column, { type: catalogName(change.type), modifiers: change.type.modifiers })
      return
    case 'set not null':
      update(entry, change.column, { notNull: true })
      return
    case 'drop not null':
      update(entry, change.column, { notNull: false })
      return
    case 'set default':
      update(entry, change.column, {
        hasDefault: !change.default.null,
        distinctDefault: isDistinct(change.default),
      })
      return
    case 'add identity':
      update(entry, change.column, { hasDefault: true, distinctDefault: true })
      return
    case 'drop default':
    case 'drop identity':
      update(entry, change.column, { hasDefault: false, distinctDefault: false })
      return
    case 'add constraint':
      addConstraint(entry, change.constraint)
      return
    case 'drop constraint':
      entry.constraints.delete(change.constraint)
      for (const { name, constraint } of entry.indexes.values()) {
        if (constraint === change.constraint) entry.indexes.delete(name)
      }
      return
    case 'alter constraint': {
      const constraint = entry.constraints.get(change.constraint)
      if (constraint === undefined || change.enforced === undefined) return
      entry.constraints.set(change.constraint, {
        ...constraint,
        enforced: change.enforced,
        valid: change.enforced,
      })
      return
    }
    case 'rename constraint':
      renameConstraint(entry, change.constraint, change.to)
      return
    case 'validate constraint': {
      const constraint = entry.constraints.get(change.constraint)
      if (constraint !== undefined) entry.constraints.set(change.constraint, { ...constraint, valid: true })
      return
    }
    case 'row security':
      if (change.does === 'enable' || change.does === 'disable') entry.rowSecurity = change.does === 'enable'
      return
    case 'rewrite':
      if (entry.storage !== undefined) entry.storage = { ...entry.storage, ...change.to }
      return
    case 'attach partition':
    case 'detach partition':
      entry.isPartitioned = true
      return
  }
}

/** The index behind a constraint has its name, and goes along. */
function renameConstraint(entry: Entry, from: string, to: string): void {
  const constraint = entry.constraints.get(from)
  if (constraint !== undefined) {
    entry.constraints.delete(from)
    entry.constraints.set(to, { ...constraint, name: to })
  }
  const index = entry.indexes.get(from)
  if (index?.constraint !== from) return
  entry.indexes.delete(from)
  entry.indexes.set(to, { ...index, name: to, constraint: to })
}

/** An array has the name of its elements behind an underscore. https://www.postgresql.org/docs/current/catalog-pg-type.html */
const catalogName = ({ name, array }: ColumnType) => (array ? `_${name}` : name)

function update(entry: Entry, name: string, facts: Partial<ColumnState>): void {
  entry.columns.set(name, { ...(entry.columns.get(name) ?? unknownColumn(name)), ...facts })
}

const unknownColumn = (name: string): ColumnState => ({
  name,
  isNew: false,
  isWhole: false,
  type: undefined,
  modifiers: [],
  notNull: false,
  hasDefault: false,
  distinctDefault: false,
  generated: undefined,
})

// https://www.postgresql.org/docs/current/functions-uuid.html
const isDistinct = ({ functions }: Expression) =>
  functions.some((name) => /^(nextval|gen_random_uuid|uuid_generate_v\d\w*|uuidv\d)$/.test(name))

function addColumn(entry: Entry, column: Column): void {
  entry.columns.set(column.name, {
    name: column.name,
    isNew: true,
    isWhole: true,
    type: catalogName(column.type),
    modifiers: column.type.modifiers,
    notNull: column.notNull,
    hasDefault: column.default?.null === false || column.identity !== undefined || column.serial,
    generated: column.generated,
    distinctDefault:
      column.identity !== undefined ||
      column.serial ||
      (column.default !== undefined && isDistinct(column.default)),
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
    enforced: !constraint.notEnforced,
    provesNotNull: provenBy(entry, constraint),
    comparisons: constraint.expression?.comparisons,
    references: constraint.references?.table,
    isNew: true,
  })
  if (constraint.type === 'unique' || constraint.type === 'primary key') {
    // USING INDEX gives the index the constraint's name.
    const built = entry.indexes.get(constraint.usingIndex ?? '')
    if (built !== undefined) entry.indexes.delete(built.name)
    const columns = built?.columns ?? constraint.columns
    entry.indexes.set(name, {
      name,
      unique: true,
      columns,
      reads: [],
      partial: false,
      constraint: name,
      isNew: true,
    })
  }
}

function provenBy({ indexes }: Entry, constraint: Constraint): readonly string[] {
  if (constraint.type === 'not null') return constraint.columns
  if (constraint.type !== 'primary key') return constraint.expression?.provesNotNull ?? []
  return indexes.get(constraint.usingIndex ?? '')?.columns ?? constraint.columns
}

/** A table of which nothing is known but its name. */
export const empty = (name: Name): Entry => ({
  name,
  isNew: false,
  isFilled: false,
  isFilling: false,
  catalog: undefined,
  columns: new Map(),
  constraints: new Map(),
  indexes: new Map(),
  isPartitioned: false,
  isMaterialized: false,
  rowSecurity: undefined,
  storage: undefined,
  grantedTo: undefined,
  viewColumns: [],
})

/** From now on the table and all that is in it belong to running code. */
export function settle(entry: Entry): void {
  entry.isNew = false
  for (const things of [entry.columns, entry.constraints, entry.indexes] as Map<
    string,
    { isNew: boolean }
  >[]) {
    for (const [name, thing] of things) things.set(name, { ...thing, isNew: false })
  }
}

/** A table that the plan makes. */
export function fromCreate(change: Extract<Change, { kind: 'create table' }>): Entry {
  const entry: Entry = {
    ...empty(change.table),
    isNew: true,
    isPartitioned: change.partitioned,
    rowSecurity: false,
    storage: change.storage,
  }
  for (const column of change.columns) addColumn(entry, column)
  for (const constraint of change.constraints) addConstraint(entry, constraint)
  return entry
}

/** The table as the rules see it. */
export function shownOf(entry: Entry): TableState {
  const { name, isNew, isFilling, catalog, columns, constraints, indexes, isPartitioned } = entry
  return {
    name,
    isNew,
    isFilled: entry.isFilled || (!isNew && isFilling),
    catalog,
    column: (column) => columns.get(column),
    constraint: (constraint) => constraints.get(constraint),
    constraints: () => [...constraints.values()],
    indexes: () => [...indexes.values()],
    isPartitioned,
    isMaterialized: entry.isMaterialized,
    rowSecurity: entry.rowSecurity,
    storage: entry.storage,
    grantedTo: entry.grantedTo,
    viewColumns: () => entry.viewColumns,
    provesNotNull: (column) =>
      columns.get(column)?.notNull === true ||
      [...constraints.values()].some((proof) => proof.valid && proof.provesNotNull.includes(column)),
    rejectsNull: (column) =>
      columns.get(column)?.notNull === true ||
      [...constraints.values()].some((proof) => proof.enforced && proof.provesNotNull.includes(column)),
  }
}
