import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import { buildOnPartitions, concurrentBuild } from './index-text.js'
import { isBusy, lockSeverity, named } from './tables.js'

const usersAndRows = 'CREATE TABLE users (id int PRIMARY KEY, email text);'

const createIndex: Rule = {
  name: 'create-index',
  hazard: 'lock',
  danger: 'Creating an index without CONCURRENTLY stops every write to the table until it is built.',
  lock: 'SHARE on the table, scan',
  exceptions: [
    'The table was made by this plan and nothing was put into it.',
    'The catalog says that it is tiny, or it is known to be a materialized view, to which nobody writes.',
    'It is ON ONLY a table with partitions: that makes an index without entries, to which those of the partitions are attached.',
    'It says IF NOT EXISTS, and the catalog has it.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
  bad: {
    before: usersAndRows,
    files: ['CREATE INDEX users_email_idx ON users (email);'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  good: {
    before: usersAndRows,
    files: ['-- no-transaction\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'create index' || change.concurrently) return undefined
    const table = state.table(change.table)
    if (!isBusy(table) || table.isMaterialized) return undefined
    if (change.only && (table.isPartitioned || table.catalog === undefined)) return undefined
    const there = change.index !== undefined && state.indexOf({ ...change.table, name: change.index })
    if (change.ifNotExists && there) return undefined
    return {
      table: change.table,
      message: `Building this index stops every write to ${named(table)} until it is done.`,
      why: 'CREATE INDEX holds a SHARE lock for the whole scan; INSERT, UPDATE and DELETE wait behind it.',
      instead: table.isPartitioned
        ? `Build it on each partition CONCURRENTLY, and attach those:\n${buildOnPartitions(change)}`
        : `Build it CONCURRENTLY, in a file of its own:\n${concurrentBuild(change)}`,
      ...lockSeverity(table),
    }
  },
}

const dropIndex: Rule = {
  name: 'drop-index',
  hazard: 'lock',
  danger:
    'Dropping an index without CONCURRENTLY makes every query of the table wait while it waits for its lock.',
  lock: 'ACCESS EXCLUSIVE on the table, brief',
  exceptions: [
    'The table was made by this plan, or the catalog says that it is tiny.',
    'The table has partitions: its index cannot be dropped CONCURRENTLY.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-dropindex.html'],
  bad: {
    before: `${usersAndRows} CREATE INDEX users_email_idx ON users (email);`,
    files: ['DROP INDEX users_email_idx;'],
    running: 'SELECT email FROM users WHERE id = 1',
    shows: 'short lock',
  },
  good: {
    before: `${usersAndRows} CREATE INDEX users_email_idx ON users (email);`,
    files: ['-- no-transaction\nDROP INDEX CONCURRENTLY users_email_idx;'],
    running: 'SELECT email FROM users WHERE id = 1',
  },
  find: (change, { state }) => {
    if (change.kind !== 'drop' || change.object !== 'index' || change.concurrently) return undefined
    const found = state.indexOf(change.name)
    if (found !== undefined && (!isBusy(found.table) || found.table.isPartitioned)) return undefined
    if (found?.index.constraint !== undefined) return undefined
    const index = shown(change.name)
    return {
      table: found?.table.name,
      message: `Dropping ${index} makes every query of ${found === undefined ? 'its table' : named(found.table)} wait, reads too, while it waits for its lock.`,
      why: 'DROP INDEX needs an ACCESS EXCLUSIVE lock on the table; behind one long query, all others queue.',
      instead: `Drop it CONCURRENTLY, in a file of its own:\n-- no-transaction\nDROP INDEX CONCURRENTLY ${change.ifExists ? 'IF EXISTS ' : ''}${index};`,
      severity: 'warning',
    }
  },
}

const reindex: Rule = {
  name: 'reindex',
  hazard: 'lock',
  danger:
    'REINDEX without CONCURRENTLY stops every write to the table until the indexes are built anew, and most reads.',
  lock: 'SHARE on the table and ACCESS EXCLUSIVE on the index, rewrite of the index',
  exceptions: ['The table was made by this plan, or the catalog says that it is tiny.'],
  sources: ['https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY'],
  bad: {
    before: usersAndRows,
    files: ['REINDEX INDEX users_pkey;'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  good: {
    before: usersAndRows,
    files: ['-- no-transaction\nREINDEX INDEX CONCURRENTLY users_pkey;'],
    running: `INSERT INTO users VALUES (-1, 'a')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'reindex' || change.concurrently) return undefined
    const { object, name } = change
    const table =
      name === undefined
        ? undefined
        : object === 'index'
          ? state.indexOf(name)?.table
          : object === 'table'
            ? state.table(name)
            : undefined
    if (table !== undefined && !isBusy(table)) return undefined
    const what = name === undefined ? object : object === 'schema' ? quoted(name.name) : shown(name)
    const whole = object === 'index' || object === 'table'
    const rebuilt = `REINDEX ${object.toUpperCase()} CONCURRENTLY${name === undefined ? '' : ` ${what}`};`
    return {
      table: table?.name,
      message: `Rebuilding ${whole ? what : `every index of the ${name === undefined ? 'database' : `${object} ${what}`}`} stops writes to ${table === undefined ? (whole ? 'its table' : 'one table after the other') : named(table)} until it is done, and queries that could use the index.`,
      why: 'REINDEX holds a SHARE lock on the table, and an ACCESS EXCLUSIVE lock on the index, for which planning any query of the table waits.',
      instead:
        object === 'system'
          ? 'Rebuild system catalogs in maintenance mode, by hand.'
          : `Rebuild it CONCURRENTLY, in a file of its own:\n-- no-transaction\n${rebuilt}`,
      ...(table === undefined ? {} : lockSeverity(table)),
    }
  },
}

/** Making, dropping and rebuilding indexes, as running code waits for it. */
export const indexRules: readonly Rule[] = [createIndex, dropIndex, reindex]
