import { columnList } from './words.js'
import { shown } from '../finding.js'
import type { Rule } from '../rule.js'

const before = 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);'

const replaceView: Rule = {
  name: 'replace-view-refused',
  hazard: 'order',
  danger: 'CREATE OR REPLACE VIEW can add columns at the end, and neither drop, rename nor move one.',
  sqlstates: ['42P16'],
  exceptions: ['Nothing is known of the columns of the view as it was, or as it will be.'],
  sources: ['https://www.postgresql.org/docs/current/sql-createview.html'],
  bad: {
    before,
    files: [
      'CREATE VIEW people AS SELECT id, name FROM users;',
      'CREATE OR REPLACE VIEW people AS SELECT id, email FROM users;',
    ],
  },
  good: {
    before,
    files: [
      'CREATE VIEW people AS SELECT id, name FROM users;',
      'CREATE OR REPLACE VIEW people AS SELECT id, name, email FROM users;',
    ],
  },
  find: (change, { state }) => {
    if (change.kind !== 'create view' || !change.replace || change.columns === undefined) return undefined
    const columns = change.columns
    const old = state.table(change.view).viewColumns()
    const lost = old.filter((column, at) => columns[at] !== column)
    if (lost.length === 0) return undefined
    const name = shown(change.view)
    return {
      table: change.view,
      message: `This will fail with 42P16: ${name} has the columns ${columnList(old)}, which have to stay as they are and where they are.`,
      why: 'CREATE OR REPLACE VIEW can only add columns behind those that are there, so that what uses the view goes on working.',
      instead: `Keep them and add new ones at the end, or make a view of another name:\nCREATE OR REPLACE VIEW ${name} AS SELECT ${columnList(old)}, ...;`,
      sqlstate: '42P16',
    }
  },
}

/** Views that are replaced. */
export const viewRules: readonly Rule[] = [replaceView]
