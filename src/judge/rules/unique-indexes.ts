import type { Change, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Advice, Place, Rule } from '../rule.js'
import type { IndexState, TableState } from '../state/table.js'
import { concurrentBuild } from './index-text.js'
import { isKnownToCode, named } from './tables.js'

const uniqueIndex: Rule = {
  name: 'unique-index',
  hazard: 'compatibility',
  danger: 'A new unique index rejects rows that the running code could write until now.',
  sqlstates: ['23505'],
  exceptions: [
    'The table was made by this plan.',
    'The index holds a column that this plan added, and which is NULL or has a value of its own (a UUID, a sequence) in rows of the running code.',
    'A unique index over some of its columns is there already.',
  ],
  sources: ['https://www.postgresql.org/docs/current/indexes-unique.html'],
  bad: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a');`,
    files: ['-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);'],
    running: `INSERT INTO users VALUES (2, 'a')`,
  },
  good: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a');`,
    files: [
      'ALTER TABLE users ADD COLUMN handle text;',
      '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_handle_key ON users (handle);',
    ],
    running: `INSERT INTO users (id, email) VALUES (2, 'a')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'create index' || !change.unique) return undefined
    const table = state.table(change.table)
    if (!isKnownToCode(table) || rejectsNothing(change, table)) return undefined
    if (change.ifNotExists && table.indexes().some(({ name }) => name === change.index)) return undefined
    const columns = change.plain ? change.columns.map(quoted).join(', ') : 'what it indexes'
    return {
      table: change.table,
      message: `This index rejects rows of the running code that repeat ${columns} in ${named(table)}.`,
      why: 'It counts for every INSERT and UPDATE from the moment it is there, valid or not; code that was written without it fails with 23505.',
      instead: `Let this release write no duplicates, and build the index in contract-migrations/, which runs once no old code is left:\n${concurrentBuild(change)}`,
      sqlstate: '23505',
    }
  },
}

type CreateIndex = Extract<Change, { kind: 'create index' }>

/** Rows that running code writes cannot be refused, because of what this plan made or what is unique already. */
export function rejectsNothing(
  { columns, nullsDistinct, where }: Pick<CreateIndex, 'columns' | 'nullsDistinct' | 'where'>,
  table: TableState,
): boolean {
  if (!nullsDistinct) return false
  const added = columns.some((name) => {
    const column = table.column(name)
    return column?.isNew === true && (column.distinctDefault || (!column.notNull && !column.hasDefault))
  })
  const outside = (where?.provesNotNull ?? []).some((name) => {
    const column = table.column(name)
    return column?.isNew === true && !column.hasDefault
  })
  const unique = table.indexes().some((index) => isFullKey(index) && isWithin(index.columns, columns))
  return added || outside || unique
}

const isFullKey = ({ unique, partial, columns }: IndexState) => unique && !partial && columns.length > 0
const isWithin = (columns: readonly string[], all: readonly string[]) =>
  columns.every((column) => all.includes(column))
const sameColumns = (a: readonly string[], b: readonly string[]) => isWithin(a, b) && isWithin(b, a)

const dropUnique: Rule = {
  name: 'drop-unique-index',
  hazard: 'compatibility',
  danger:
    'Without the unique index, ON CONFLICT of the running code finds nothing to conflict with and fails.',
  sqlstates: ['42P10', '42704'],
  exceptions: [
    'Another unique index over the same columns, and not a partial one, is there, or comes in the same transaction.',
    'The catalog says that it is not unique.',
    'Without a catalog: its name says nothing of a unique index.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT'],
  bad: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); CREATE UNIQUE INDEX users_email_key ON users (email);`,
    files: ['-- no-transaction\nDROP INDEX CONCURRENTLY users_email_key;'],
    running: `INSERT INTO users VALUES (1, 'a') ON CONFLICT (email) DO NOTHING`,
  },
  good: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); CREATE INDEX users_email_idx ON users (email);`,
    files: ['-- no-transaction\nDROP INDEX CONCURRENTLY users_email_idx;'],
    running: `INSERT INTO users VALUES (1, 'a') ON CONFLICT (id) DO NOTHING`,
  },
  find: (change, place) => {
    if (change.kind === 'drop' && change.object === 'index') {
      const found = place.state.indexOf(change.name)
      const drop = `-- no-transaction\nDROP INDEX CONCURRENTLY ${shown(change.name)};`
      if (found === undefined) return isNamedUnique(change.name.name) ? guess(change.name, drop) : undefined
      if (!found.index.unique || found.index.constraint !== undefined) return undefined
      return lost(found.table, found.index, change.name, drop, place)
    }
    if (change.kind !== 'drop constraint') return undefined
    const table = place.state.table(change.table)
    const index = table.indexes().find(({ constraint }) => constraint === change.constraint)
    const name = { schema: undefined, name: change.constraint }
    const drop = `ALTER TABLE ${shown(change.table)} DROP CONSTRAINT ${quoted(change.constraint)};`
    if (index !== undefined) return lost(table, index, name, drop, place)
    const known = table.constraint(change.constraint) !== undefined || !isKnownToCode(table)
    return known || !isNamedUnique(change.constraint)
      ? undefined
      : { ...guess(name, drop), table: table.name }
  },
}

/** PostgreSQL's own names, `users_email_key`, and what people write: `uq_users_email`, `users_email_unique`. */
const isNamedUnique = (name: string) => /(^|_)(p?key|uniq\w*|uq|uk|ux|uidx)(_|$)/i.test(name)

function lost(
  table: TableState,
  index: IndexState,
  name: Name,
  drop: string,
  { later, inTransaction }: Place,
): Advice | undefined {
  if (!isKnownToCode(table) || index.isNew) return undefined
  const others = table.indexes().filter((other) => other.name !== index.name)
  if (others.some((other) => isFullKey(other) && sameColumns(other.columns, index.columns))) return undefined
  if (inTransaction() && later().some((next) => restores(next, table.name, index.columns))) return undefined
  const partial = others.find((other) => other.unique && other.partial)
  const columns = index.columns.map(quoted).join(', ')
  return {
    table: table.name,
    message: `Dropping ${shown(name)} breaks every INSERT of the running code that says ON CONFLICT (${columns}) on ${named(table)}.`,
    why:
      partial === undefined
        ? 'ON CONFLICT needs a unique index over just these columns, and fails with 42P10 where there is none; rows may repeat from then on.'
        : `ON CONFLICT (${columns}) fails with 42P10 because ${quoted(partial.name)} is partial, which has to be repeated there: ON CONFLICT (${columns}) WHERE ....`,
    instead: `Build what replaces it first, and drop this one in contract-migrations/, which runs once no old code is left:\n${drop}`,
    sqlstate: '42P10',
  }
}

const restores = (change: Change, table: Name, columns: readonly string[]) =>
  (change.kind === 'create index' &&
    change.table.name === table.name &&
    change.unique &&
    change.plain &&
    change.where === undefined &&
    sameColumns(change.columns, columns)) ||
  (change.kind === 'add constraint' &&
    change.table.name === table.name &&
    (change.constraint.type === 'unique' || change.constraint.type === 'primary key') &&
    sameColumns(change.constraint.columns, columns))

const guess = (name: Name, drop: string): Advice => ({
  table: undefined,
  message: `If ${shown(name)} is unique, dropping it breaks every INSERT of the running code that says ON CONFLICT on its columns.`,
  why: 'ON CONFLICT needs a unique index over just these columns, and fails with 42P10 where there is none.',
  instead: `Drop it in contract-migrations/, which runs once no old code is left:\n${drop}`,
  sqlstate: '42P10',
  severity: 'warning',
})

/** What unique indexes, new or gone, do to writes of running code. */
export const uniqueIndexRules: readonly Rule[] = [uniqueIndex, dropUnique]
