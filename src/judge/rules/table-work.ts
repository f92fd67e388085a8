import type { Change, Name } from '../change.js'
import { shown } from '../finding.js'
import type { Rule } from '../rule.js'
import type { TableState } from '../state/table.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text);'
const maintenance = 'Do it in maintenance mode, when nobody uses the app'

const rewrite: Rule = {
  name: 'rewrite-table',
  hazard: 'lock',
  danger:
    'VACUUM FULL, CLUSTER, SET LOGGED, UNLOGGED, TABLESPACE and ACCESS METHOD write the whole table anew while nobody can read it.',
  lock: 'ACCESS EXCLUSIVE, rewrite of the table and its indexes',
  exceptions: [
    'The table was made by this plan and nothing was put into it.',
    'The catalog says that it is tiny.',
    'SET LOGGED, UNLOGGED, TABLESPACE or ACCESS METHOD say what the table is known to be already.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/sql-vacuum.html',
    'https://www.postgresql.org/docs/current/sql-cluster.html',
    'https://www.postgresql.org/docs/current/sql-altertable.html',
  ],
  bad: { before, files: ['-- no-transaction\nVACUUM FULL users;'] },
  good: { before, files: ['-- no-transaction\nVACUUM users;'] },
  find: (change, { state }) => {
    const work = rewriting(change)
    if (work === undefined) return undefined
    const table = work.table === undefined ? undefined : state.table(work.table)
    if (table !== undefined && (!isBusy(table) || isKept(change, table))) return undefined
    const of = table === undefined ? 'every table, one after the other,' : named(table)
    return {
      table: table?.name,
      message: `${work.words} writes ${of} anew, and nobody can read or write it until that is done.`,
      why: 'It holds an ACCESS EXCLUSIVE lock while it copies all rows and builds all indexes.',
      instead: work.instead,
      ...(table === undefined ? {} : lockSeverity(table)),
    }
  },
}

/** It says what the table is already. */
function isKept(change: Change, { storage }: TableState): boolean {
  if (change.kind !== 'rewrite' || storage === undefined) return false
  const { logged, tablespace, accessMethod } = change.to
  return (
    (logged === undefined || logged === storage.logged) &&
    (tablespace === undefined || tablespace === storage.tablespace) &&
    (accessMethod === undefined || accessMethod === storage.accessMethod) &&
    Object.keys(change.to).length > 0
  )
}

function rewriting(
  change: Change,
): { readonly table: Name | undefined; readonly words: string; readonly instead: string } | undefined {
  switch (change.kind) {
    case 'vacuum': {
      if (!change.full) return undefined
      const plain = `VACUUM${change.table === undefined ? '' : ` ${shown(change.table)}`};`
      const instead = `Let VACUUM free the space for new rows, which stops nobody:\n-- no-transaction\n${plain}\n-- To make the file smaller without stopping the app, use the extension pg_repack by hand.`
      return { table: change.table, words: 'VACUUM FULL', instead }
    }
    case 'cluster':
      return {
        table: change.table,
        words: 'CLUSTER',
        instead: `${maintenance}, or use the extension pg_repack by hand.`,
      }
    case 'rewrite':
      return { table: change.table, words: change.does, instead: `${maintenance}.` }
  }
  return undefined
}

const view = `${before} INSERT INTO users SELECT g, g::text FROM generate_series(1, 500) g;
CREATE MATERIALIZED VIEW emails AS SELECT id, email FROM users; CREATE UNIQUE INDEX ON emails (id);`

const refresh: Rule = {
  name: 'refresh-materialized-view',
  hazard: 'lock',
  danger:
    'REFRESH MATERIALIZED VIEW without CONCURRENTLY stops every read of the view until its query is done.',
  lock: 'ACCESS EXCLUSIVE on the view, rewrite',
  exceptions: ['The view was made by this plan.', 'The catalog says that it is tiny.'],
  sources: ['https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html'],
  bad: { before: view, files: ['REFRESH MATERIALIZED VIEW emails;'], running: 'SELECT * FROM emails' },
  good: { before: view, files: ['REFRESH MATERIALIZED VIEW CONCURRENTLY emails;'] },
  find: (change, { state }) => {
    if (change.kind !== 'refresh' || change.concurrently || !change.withData) return undefined
    const table = state.table(change.view)
    if (!isKnownToCode(table) || !isBusy(table)) return undefined
    return {
      table: change.view,
      message: `Refreshing ${named(table)} stops every read of it until its query is done.`,
      why: 'REFRESH holds an ACCESS EXCLUSIVE lock on the view while it runs the query and writes the rows.',
      instead: `Refresh it CONCURRENTLY, for which it needs a unique index on plain columns over all its rows:\nREFRESH MATERIALIZED VIEW CONCURRENTLY ${shown(change.view)};`,
      ...lockSeverity(table),
    }
  },
}

const emptied: Rule = {
  name: 'refresh-with-no-data',
  hazard: 'compatibility',
  danger: 'REFRESH ... WITH NO DATA leaves a view that cannot be read at all.',
  sqlstates: ['55000'],
  exceptions: ['The view was made by this plan.', 'The same transaction fills it again.'],
  sources: ['https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html'],
  bad: {
    before: view,
    files: ['REFRESH MATERIALIZED VIEW emails WITH NO DATA;'],
    running: 'SELECT * FROM emails',
  },
  good: {
    before: view,
    files: ['REFRESH MATERIALIZED VIEW CONCURRENTLY emails;'],
    running: 'SELECT id FROM emails',
  },
  find: (change, { state, later, inTransaction }) => {
    if (change.kind !== 'refresh' || change.withData) return undefined
    if (!isKnownToCode(state.table(change.view))) return undefined
    const again = later().some(
      (next) => next.kind === 'refresh' && next.withData && next.view.name === change.view.name,
    )
    if (again && inTransaction()) return undefined
    const name = shown(change.view)
    return {
      table: change.view,
      message: `After WITH NO DATA every read of ${name} fails until it is refreshed again.`,
      why: 'A materialized view without data has not been populated, and a query of it fails with 55000.',
      instead: `Refresh it with its rows:\nREFRESH MATERIALIZED VIEW CONCURRENTLY ${name};`,
      sqlstate: '55000',
    }
  },
}

/** Work that keeps a whole table, or a view, from everybody. */
export const tableWorkRules: readonly Rule[] = [rewrite, refresh, emptied]
