import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import { isKnownToCode } from './tables.js'

const dropColumn: Rule = {
  name: 'drop-column',
  hazard: 'compatibility',
  danger: 'Dropping a column breaks every query of the running code that names it.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42703'],
  exceptions: ['The column, or its table, was added by this plan.', 'It stands in a contract migration.'],
  sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text, nickname text);',
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
    const column = `${shown(change.table)}.${quoted(change.column)}`
    return {
      table: change.table,
      message: `Dropping ${column} breaks the running code.`,
      why: `Until the last old dyno is gone, queries that name the column fail with 42703; an ORM that read the columns at boot names it in every INSERT.`,
      instead: `Stop using it in this release, and drop it in contract-migrations/, which runs once no old code is left:\nALTER TABLE ${shown(change.table)} DROP COLUMN ${quoted(change.column)};`,
      sqlstate: '42703',
    }
  },
}

/** What ADD, DROP and RENAME COLUMN do to running code. */
export const columnRules: readonly Rule[] = [dropColumn]
