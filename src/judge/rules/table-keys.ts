import type { Change, Constraint, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import type { State } from '../state/state.js'
import { isInUse, named } from './tables.js'

const keyToUsers: Rule = {
  name: 'create-table-foreign-key',
  hazard: 'lock',
  danger:
    'A new table with a foreign key to a table in use stops the writes of that one while it waits for its lock.',
  lock: 'SHARE ROW EXCLUSIVE on the table that the key points to, brief',
  exceptions: [
    'The table that the key points to was made by this plan.',
    'The catalog says that it is tiny, or hardly used.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-REFERENCES'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);'],
    running: 'INSERT INTO users VALUES (-1)',
    shows: 'short lock',
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['CREATE TABLE orders (id int PRIMARY KEY, user_id int);'],
    running: 'INSERT INTO users VALUES (-1)',
  },
  find: (change, { state }) => {
    if (change.kind !== 'create table' || change.temporary) return undefined
    const all = [...change.columns.flatMap(({ constraints }) => constraints), ...change.constraints]
    const key = all.find((constraint) => pointsToUsed(constraint, change.table, state))
    if (key?.references === undefined) return undefined
    const parent = key.references.table
    const columns = key.columns.map(quoted).join(', ')
    const to =
      key.references.columns.length === 0 ? '' : ` (${key.references.columns.map(quoted).join(', ')})`
    return {
      table: parent,
      message: `The foreign key to ${named(state.table(parent))} makes every write there wait while this statement waits for its lock, and until its transaction ends.`,
      why: 'A foreign key adds triggers to the table that it points to, under a SHARE ROW EXCLUSIVE lock; behind one long transaction, INSERT, UPDATE and DELETE queue.',
      instead: `Make the table without the key, and add that in a migration of its own, which is short and is tried again:\nALTER TABLE ${shown(change.table)} ADD FOREIGN KEY (${columns}) REFERENCES ${shown(parent)}${to};`,
      severity: 'warning',
    }
  },
}

const pointsToUsed = ({ references }: Constraint, own: Name, state: State) =>
  references !== undefined && references.table.name !== own.name && isInUse(state.table(references.table))

const dropLocksParent: Rule = {
  name: 'drop-locks-parent',
  hazard: 'lock',
  danger:
    'Dropping a foreign key, or a table that has one, makes every query of the table that it points to wait while it waits for its lock.',
  lock: 'ACCESS EXCLUSIVE on the table that the key points to, brief',
  exceptions: [
    'The table that the key points to was made by this plan; or the catalog says that it is tiny, or hardly used.',
    'Nothing is known of a key: neither the catalog nor the name of the constraint tells.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-CONSTRAINT',
  ],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int);',
    files: [
      `ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;`,
      'DROP TABLE orders;',
    ],
    contract: true,
    shows: 'short lock',
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int);',
    files: ['DROP TABLE orders;'],
    contract: true,
  },
  find: (change, { state }) => {
    const dropped = droppedKey(change, state)
    if (dropped === undefined) return undefined
    const { parent, words, instead } = dropped
    const of = parent === undefined ? 'the table that it points to' : named(state.table(parent))
    return {
      table: parent,
      message: `${words} makes every query of ${of} wait too, while it waits for its lock.`,
      why: 'A foreign key has triggers on the table that it points to; taking them away needs an ACCESS EXCLUSIVE lock there as well.',
      instead,
      severity: 'warning',
    }
  },
}

interface DroppedKey {
  readonly parent: Name | undefined
  readonly words: string
  readonly instead: string
}

function droppedKey(change: Change, state: State): DroppedKey | undefined {
  if (change.kind === 'drop' && change.object === 'table') {
    const table = state.table(change.name)
    const key = table.constraints().find(({ references }) => isUsed(references, change.name, state))
    if (key?.references === undefined || table.isNew) return undefined
    return {
      parent: key.references,
      words: `Dropping ${shown(change.name)}, which has a foreign key,`,
      instead: `Drop the key first, in a migration of its own, which is short and is tried again:\nALTER TABLE ${shown(change.name)} DROP CONSTRAINT ${quoted(key.name)};`,
    }
  }
  if (change.kind !== 'drop constraint') return undefined
  const table = state.table(change.table)
  const key = table.constraint(change.constraint)
  const looksLikeKey = /(^fk_|_fkey\d*$|_fk$)/i.test(change.constraint)
  if (table.isNew || (key === undefined && (!looksLikeKey || table.catalog !== undefined))) return undefined
  if (key !== undefined && !isUsed(key.references, change.table, state)) return undefined
  const drop = `ALTER TABLE ${shown(change.table)} DROP CONSTRAINT ${quoted(change.constraint)};`
  return {
    parent: key?.references,
    words: `Dropping the foreign key ${quoted(change.constraint)}`,
    instead: `Leave it alone in its migration, which is then short and is tried again:\n${drop}`,
  }
}

const isUsed = (parent: Name | undefined, own: Name, state: State) =>
  parent !== undefined && parent.name !== own.name && isInUse(state.table(parent))

/** Foreign keys that come or go with a table. */
export const tableKeyRules: readonly Rule[] = [keyToUsers, dropLocksParent]
