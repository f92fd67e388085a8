import type { Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import { buildOnPartitions } from './index-text.js'

const outsideOnly: Rule = {
  name: 'concurrently-in-transaction',
  hazard: 'order',
  danger: 'What PostgreSQL refuses to do inside a transaction fails, and the release with it.',
  sqlstates: ['25001'],
  exceptions: ['The file begins with -- no-transaction (js and ts: pgm.noTransaction()).'],
  sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text);',
    files: ['CREATE INDEX CONCURRENTLY users_email_idx ON users (email);'],
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY, email text);',
    files: ['-- no-transaction\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);'],
  },
  find: (change, { inTransaction, noTransaction, statement, beside }) => {
    const words = refusing(change)
    if (words === undefined || !inTransaction()) return undefined
    return {
      table: 'table' in change ? change.table : undefined,
      message: `${words} cannot run inside a transaction: this migration will fail with 25001.`,
      why: noTransaction
        ? 'The file runs outside a transaction, but begins one itself before this statement.'
        : 'Each migration runs in a transaction of its own, unless its file says that it must not.',
      instead: noTransaction
        ? 'End the transaction before it, or move it into a file of its own.'
        : `Move it into a file of its own that begins with this line (js and ts: pgm.noTransaction()):\n-- no-transaction${beside().length === 1 && statement !== '' ? `\n${statement};` : ''}`,
      sqlstate: '25001',
    }
  },
}

/** What is refused inside a transaction, in words; undefined: it is not. */
function refusing(change: Change): string | undefined {
  switch (change.kind) {
    case 'create index':
      return change.concurrently ? 'CREATE INDEX CONCURRENTLY' : undefined
    case 'drop':
      return change.concurrently ? 'DROP INDEX CONCURRENTLY' : undefined
    case 'reindex':
      if (change.concurrently) return 'REINDEX CONCURRENTLY'
      return change.object === 'index' || change.object === 'table'
        ? undefined
        : `REINDEX ${change.object.toUpperCase()}`
    case 'detach partition':
      return change.concurrently ? 'DETACH PARTITION CONCURRENTLY' : undefined
    case 'vacuum':
      return 'VACUUM'
    case 'cluster':
      return change.table === undefined ? 'CLUSTER of all tables' : undefined
  }
  return undefined
}

const onPartitioned: Rule = {
  name: 'concurrently-on-partitions',
  hazard: 'order',
  danger: 'An index of a table with partitions can be neither built nor dropped CONCURRENTLY.',
  sqlstates: ['0A000'],
  exceptions: ['Nothing is known of partitions.'],
  sources: [
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  bad: {
    before: '',
    files: [
      'CREATE TABLE events (id int, day date) PARTITION BY RANGE (day);',
      '-- no-transaction\nCREATE INDEX CONCURRENTLY events_day_idx ON events (day);',
    ],
  },
  good: {
    before: '',
    files: [
      'CREATE TABLE events (id int, day date) PARTITION BY RANGE (day);',
      'CREATE INDEX events_day_idx ON ONLY events (day);',
    ],
  },
  find: (change, { state }) => {
    if (change.kind === 'create index' && change.concurrently) {
      const table = state.table(change.table)
      if (!table.isPartitioned || change.only) return undefined
      return {
        table: change.table,
        message: `This will fail with 0A000: ${shown(change.table)} has partitions, and no index can be built on it CONCURRENTLY.`,
        why: 'PostgreSQL builds CONCURRENTLY on one partition at a time only.',
        instead: `Build it on each partition, and attach those:\n${buildOnPartitions(change)}`,
        sqlstate: '0A000',
      }
    }
    if (change.kind !== 'drop' || change.object !== 'index' || !change.concurrently) return undefined
    const table = state.indexOf(change.name)?.table
    if (table === undefined || !table.isPartitioned) return undefined
    return {
      table: table.name,
      message: `This will fail with 0A000: ${shown(table.name)} has partitions, and its index ${quoted(change.name.name)} cannot be dropped CONCURRENTLY.`,
      why: 'PostgreSQL drops the index of a table with partitions, and all that are attached to it, in one step only.',
      instead: `Drop it in a migration of its own, which waits for its lock a second at a time:\nDROP INDEX ${shown(change.name)};`,
      sqlstate: '0A000',
    }
  },
}

const behindConstraint: Rule = {
  name: 'drop-index-of-constraint',
  hazard: 'order',
  danger: 'An index that a constraint stands on cannot be dropped by itself.',
  sqlstates: ['2BP01'],
  exceptions: ['Nothing is known of such a constraint.'],
  sources: ['https://www.postgresql.org/docs/current/sql-dropindex.html'],
  bad: {
    before: '',
    files: ['CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);', 'DROP INDEX users_email_key;'],
  },
  good: {
    before: '',
    files: [
      'CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);',
      'ALTER TABLE users DROP CONSTRAINT users_email_key;',
    ],
  },
  find: (change, { state }) => {
    if (change.kind !== 'drop' || change.object !== 'index') return undefined
    const found = state.indexOf(change.name)
    const constraint = found?.index.constraint
    if (found === undefined || constraint === undefined) return undefined
    return {
      table: found.table.name,
      message: `This will fail with 2BP01: ${shown(change.name)} belongs to the constraint ${quoted(constraint)} of ${shown(found.table.name)}.`,
      why: 'An index that a UNIQUE, PRIMARY KEY or EXCLUDE constraint stands on goes with the constraint, and not without it.',
      instead: `Drop the constraint, in contract-migrations/ if running code says ON CONFLICT on its columns:\nALTER TABLE ${shown(found.table.name)} DROP CONSTRAINT ${quoted(constraint)};`,
      sqlstate: '2BP01',
    }
  },
}

/** Work on indexes and partitions that PostgreSQL refuses to do in this way. */
export const concurrentlyRules: readonly Rule[] = [outsideOnly, onPartitioned, behindConstraint]
