import type { Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isKnownToCode } from './tables.js'
import { alterTable, columnName } from './words.js'

type RenameColumn = Extract<Change, { kind: 'rename column' }>

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text, nickname text);'

const dropColumn: Rule = {
  name: 'drop-column',
  hazard: 'compatibility',
  danger: 'Dropping a column breaks every query of the running code that names it.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42703'],
  exceptions: ['The column, or its table, was added by this plan.', 'It stands in a contract migration.'],
  sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],
  bad: {
    before,
    files: ['ALTER TABLE users DROP COLUMN nickname;'],
    running: 'SELECT id, nickname FROM users',
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text, nickname text NOT NULL);',
    files: ['ALTER TABLE users ALTER COLUMN nickname DROP NOT NULL;'],
    running: 'SELECT id, nickname FROM users',
  },
  find: (change, { state }) => {
    if (change.kind !== 'drop column') return undefined
    const table = state.table(change.table)
    if (!isKnownToCode(table) || table.column(change.column)?.isNew === true) return undefined
    return {
      table: change.table,
      message: `Dropping ${columnName(change.table, change.column)} breaks the running code.`,
      why: `Until the last old dyno is gone, queries that name the column fail with 42703; an ORM that read the columns at boot names it in every INSERT.`,
      instead: `Stop using it in this release, and drop it in contract-migrations/, which runs once no old code is left:\n${alterTable(change.table)} DROP COLUMN ${quoted(change.column)};`,
      sqlstate: '42703',
    }
  },
}

const renameColumn: Rule = {
  name: 'rename-column',
  hazard: 'compatibility',
  danger: 'Renaming a column breaks every query of the running code that uses the old name.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42703'],
  exceptions: [
    'The column, or its table, was added by this plan.',
    'It gets its old name back in the same transaction.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],
  bad: {
    before,
    files: ['ALTER TABLE users RENAME COLUMN nickname TO handle;'],
    running: 'SELECT id, nickname FROM users',
  },
  good: {
    before,
    files: ['ALTER TABLE users ADD COLUMN handle text;'],
    running: 'SELECT id, nickname FROM users',
  },
  find: (change, place) => {
    if (change.kind !== 'rename column' || isPassing(change, place)) return undefined
    const { state } = place
    const table = state.table(change.table)
    const isNewType = change.of === 'type' && state.isNew('type', change.table)
    if (!isKnownToCode(table) || isNewType || table.column(change.column)?.isNew === true) return undefined
    const what = change.of === 'table' ? 'column' : `column of the ${change.of}`
    return {
      table: change.table,
      message: `Renaming ${columnName(change.table, change.column)} breaks the running code, which knows the old name only.`,
      why: `Until the last old dyno is gone, its queries on this ${what} fail with 42703.`,
      instead:
        change.of === 'view'
          ? `Let the view show both names, and take the old one away in contract-migrations/:\nCREATE OR REPLACE VIEW ${shown(change.table)} AS SELECT ..., ${quoted(change.column)}, ${quoted(change.column)} AS ${quoted(change.to)} FROM ...;`
          : change.of === 'type'
            ? `Make a new type with the new name beside it, and drop the old one in contract-migrations/.`
            : `Add ${quoted(change.to)} beside it, write both in this release, fill the old rows in batches, and drop ${quoted(change.column)} in contract-migrations/:\n${alterTable(change.table)} ADD COLUMN ${quoted(change.to)} ...;`,
      sqlstate: '42703',
    }
  },
}

/** A name that nobody sees: the transaction gives it, and takes it away again. */
function isPassing(change: RenameColumn, { earlier, later, inTransaction }: Place): boolean {
  const isOf = (one: Change): one is RenameColumn =>
    one.kind === 'rename column' && one.table.name === change.table.name
  if (!inTransaction()) return false
  if (earlier().some((one) => isOf(one) && one.to === change.column)) return true
  return later().some((one) => isOf(one) && one.column === change.to && one.to === change.column)
}

/** What DROP and RENAME COLUMN do to running code. */
export const columnRules: readonly Rule[] = [dropColumn, renameColumn]
