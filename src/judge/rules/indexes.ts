import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import { isBusy, lockSeverity, named } from './tables.js'

const createIndex: Rule = {
  name: 'create-index',
  hazard: 'lock',
  danger: 'Creating an index without CONCURRENTLY stops every write to the table until it is built.',
  lock: 'SHARE on the table, scan',
  exceptions: [
    'The table was made by this plan and nothing was put into it.',
    'The catalog says that it is tiny.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text);',
    files: ['CREATE INDEX users_email_idx ON users (email);'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text);',
    files: ['-- no-transaction\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'create index' || change.concurrently) return undefined
    const table = state.table(change.table)
    if (!isBusy(table)) return undefined
    const unique = change.unique ? 'UNIQUE ' : ''
    const name = change.index === undefined ? '' : ` ${quoted(change.index)}`
    return {
      table: change.table,
      message: `Building this index stops every write to ${named(table)} until it is done.`,
      why: 'CREATE INDEX holds a SHARE lock for the whole scan; INSERT, UPDATE and DELETE wait behind it.',
      instead: `Build it CONCURRENTLY, in a file of its own:\n-- no-transaction\nCREATE ${unique}INDEX CONCURRENTLY${name} ON ${shown(change.table)} (...);`,
      ...lockSeverity(table),
    }
  },
}

/** Making, dropping and rebuilding indexes. */
export const indexRules: readonly Rule[] = [createIndex]
