import type { Change } from '../change.js'
import { shown } from '../finding.js'
import type { Rule } from '../rule.js'
import type { TableState } from '../state/table.js'
import { isBusy, lockSeverity, named } from './tables.js'

type Write = Extract<Change, { kind: 'write' }>

const updateAllRows: Rule = {
  name: 'update-all-rows',
  hazard: 'lock',
  danger: 'Changing all rows of a table, or many, in one statement locks them until the migration is done.',
  lock: 'ROW EXCLUSIVE on the table, and each row that is changed',
  exceptions: [
    'The table was made by this plan, or the catalog says that it is tiny.',
    'WHERE compares a key with constants, or LIMIT bounds what is changed.',
  ],
  sources: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, plan text);',
    files: [`UPDATE users SET plan = 'free';`],
    running: `UPDATE users SET plan = 'gold' WHERE id = 10500`,
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, plan text);',
    files: [`UPDATE users SET plan = 'free' WHERE id IN (1, 2);`],
    running: `UPDATE users SET plan = 'gold' WHERE id = 10500`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'write') return undefined
    const table = state.table(change.table)
    if (table.isNew || !isBusy(table) || !touchesMany(change, table)) return undefined
    const name = shown(change.table)
    const verb = change.does.toUpperCase()
    const all = change.whole ? 'all rows' : 'every row that it matches'
    return {
      table: change.table,
      message: `This ${verb} locks ${all} of ${named(table)} until the migration is done, and whoever wants to change one of them waits.`,
      why: 'Row locks are held until the end of the transaction, which is as long as the statement; it leaves the old rows behind, and keeps VACUUM from all tables meanwhile.',
      instead: `Change the rows in batches, outside the release, each batch a transaction of its own:\n${batch(change, name)}`,
      ...(change.whole ? lockSeverity(table) : { severity: 'warning' }),
    }
  },
}

// What people call columns that tell one row, or a few, from the rest.
const keyLike = /^(?:id|uuid|key|name|slug|code|email|version|token)$|_(?:id|uuid|key|code|slug|token)$/i

function touchesMany({ does, whole, equals, limited }: Write, table: TableState): boolean {
  if (does === 'merge') return true
  if (does === 'insert' || does === 'copy') return false
  if (whole) return true
  const unique = table
    .indexes()
    .some((index) => index.unique && index.columns.every((key) => equals.includes(key)))
  return !limited && !unique && !equals.some((column) => keyLike.test(column))
}

function batch({ does }: Write, name: string): string {
  const some = `WHERE id IN (SELECT id FROM ${name} WHERE ... LIMIT 1000);`
  if (does === 'delete') return `DELETE FROM ${name} ${some}`
  return does === 'update'
    ? `UPDATE ${name} SET ... ${some}`
    : `MERGE INTO ${name} USING (SELECT ... LIMIT 1000) ...;`
}

const emptyTable: Rule = {
  name: 'empty-table',
  hazard: 'compatibility',
  danger: 'TRUNCATE, or DELETE without WHERE, takes away all rows that the running code asks for.',
  exceptions: ['The table was made by this plan.', 'The same transaction puts rows into it again.'],
  sources: ['https://www.postgresql.org/docs/current/sql-truncate.html'],
  bad: {
    before: 'CREATE TABLE plans (id int PRIMARY KEY, price int);',
    files: ['TRUNCATE plans;'],
    running: 'SELECT count(*) FROM plans',
    shows: 'another answer',
  },
  good: {
    before: 'CREATE TABLE plans (id int PRIMARY KEY, price int);',
    files: ['DELETE FROM plans WHERE id = -1;'],
    running: 'SELECT count(*) FROM plans',
  },
  find: (change, { state, later, inTransaction }) => {
    const truncates = change.kind === 'truncate'
    if (!truncates && !(change.kind === 'write' && change.does === 'delete' && change.whole)) return undefined
    const table = state.table(change.table)
    if (table.isNew) return undefined
    const refilled = later().some(
      (next) =>
        next.kind === 'write' &&
        (next.does === 'insert' || next.does === 'copy' || next.does === 'merge') &&
        next.table.name === change.table.name,
    )
    if (refilled && inTransaction()) return undefined
    const name = shown(change.table)
    const cascade = truncates && change.cascade
    return {
      table: change.table,
      message: `This takes away all rows of ${named(table)}${cascade ? ' and of every table with a foreign key to it' : ''} while the running code asks for them.`,
      why: 'Queries of the running code go on working, and find nothing.',
      instead: `If no code needs the rows any more, do it in contract-migrations/, which runs once no old code is left:\n${truncates ? `TRUNCATE ${name}${cascade ? ' CASCADE' : ''};` : `TRUNCATE ${name};`}`,
    }
  },
}

/** What statements do to the rows of running code. */
export const dataRules: readonly Rule[] = [updateAllRows, emptyTable]
