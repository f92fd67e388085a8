import type { Change, Name } from '../change.js'
import type { State } from './state.js'

/**
 * Tables on which a statement takes a lock that stops reads or writes, and keeps it until its transaction ends.
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
export function strongLocks(change: Change, state: State): Name[] {
  switch (change.kind) {
    case 'create table': {
      const constraints = [...change.columns.flatMap((column) => column.constraints), ...change.constraints]
      const parents = constraints.flatMap(({ references }) => references?.table ?? [])
      return change.partitionOf === undefined ? parents : [change.partitionOf, ...parents]
    }
    case 'add constraint': {
      const parent = change.constraint.references?.table
      return parent === undefined ? [change.table] : [change.table, parent]
    }
    case 'add column':
      return [change.table, ...change.column.constraints.flatMap(({ references }) => references?.table ?? [])]
    case 'drop constraint': {
      const parent = state.table(change.table).constraint(change.constraint)?.references
      return parent === undefined ? [change.table] : [change.table, parent]
    }
    case 'attach partition':
      return [change.partition]
    case 'detach partition':
      return change.concurrently ? [] : [change.table, change.partition]
    case 'drop':
      if (change.object === 'table') {
        const keys = state.table(change.name).constraints()
        return [change.name, ...keys.flatMap(({ references }) => references ?? [])]
      }
      if (change.object === 'index') return [state.indexOf(change.name)?.table.name ?? []].flat()
      return change.on === undefined ? [] : [change.on]
    case 'rename':
      return change.object === 'table' ? [{ ...change.name, name: change.to }] : []
    case 'move':
      return change.object === 'table' ? [{ schema: change.to, name: change.name.name }] : []
    case 'lock':
      return /^(?:SHARE|SHARE ROW EXCLUSIVE|EXCLUSIVE|ACCESS EXCLUSIVE)$/.test(change.mode)
        ? [change.table]
        : []
    case 'create index':
      return change.concurrently ? [] : [change.table]
    case 'table setting':
      return /replica identity|owner|rule|inherit|type|rename/.test(change.does) ? [change.table] : []
    case 'rename column':
      return change.of === 'table' ? [change.table] : []
  }
  return strongest.has(change.kind) && 'table' in change && change.table !== undefined ? [change.table] : []
}

const strongest = new Set<Change['kind']>([
  'drop column',
  'alter type',
  'set not null',
  'drop not null',
  'set default',
  'drop default',
  'drop expression',
  'set expression',
  'add identity',
  'set identity',
  'drop identity',
  'rename constraint',
  'alter constraint',
  'row security',
  'triggers',
  'rewrite',
  'truncate',
  'create trigger',
  'create rule',
  'create policy',
  'alter policy',
])
