import { provesBound, type Bound } from '../bounds.js'
import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import type { TableState } from '../state/table.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'

const manual = 'https://www.postgresql.org/docs/current/ddl-partitioning.html'
const months = `CREATE TABLE events (id int, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2024-01-01');
INSERT INTO events SELECT g, '2020-01-01' FROM generate_series(1, 500) g;`

const partitionOf: Rule = {
  name: 'create-partition',
  hazard: 'lock',
  danger:
    'CREATE TABLE ... PARTITION OF makes every query of the whole table wait while it waits for its lock.',
  lock: 'ACCESS EXCLUSIVE on the partitioned table, brief; a DEFAULT partition is read through under it',
  exceptions: ['The partitioned table was made by this plan.'],
  sources: [`${manual}#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE`],
  bad: {
    before: months,
    files: [`CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');`],
    shows: 'short lock',
  },
  good: {
    before: months,
    files: [
      `CREATE TABLE events_2024 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');`,
    ],
  },
  find: (change, { state }) => {
    if (change.kind !== 'create table' || change.partitionOf === undefined) return undefined
    const parent = state.table(change.partitionOf)
    if (!isKnownToCode(parent)) return undefined
    const own = shown(change.table)
    return {
      table: parent.name,
      message: `Making ${own} a partition of ${named(parent)} in this way makes every query of all its partitions wait while it waits for its lock.`,
      why: 'PARTITION OF needs an ACCESS EXCLUSIVE lock on the partitioned table, and reads a DEFAULT partition through while it holds it; ATTACH PARTITION lets reads and writes go on.',
      instead: `Make the table, then attach it:\nCREATE TABLE ${own} (LIKE ${shown(change.partitionOf)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\nALTER TABLE ${shown(change.partitionOf)} ATTACH PARTITION ${own} ${change.bound?.sql ?? 'FOR VALUES ...'};`,
      severity: 'warning',
    }
  },
}

const attach: Rule = {
  name: 'attach-partition',
  hazard: 'lock',
  danger: 'Attaching a table as a partition reads all of it while nobody may use it.',
  lock: 'SHARE UPDATE EXCLUSIVE on the partitioned table, ACCESS EXCLUSIVE on the new partition and on a DEFAULT partition, scan',
  exceptions: [
    'The table was made by this plan: no running code uses it.',
    'The catalog says that it is tiny.',
    'A validated CHECK says of one column what the bounds say; of one that only the catalog knows this is assumed.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ATTACH-PARTITION',
  ],
  bad: {
    before: `${months} CREATE TABLE archive (id int, day date NOT NULL); INSERT INTO archive SELECT g, '2019-01-01' FROM generate_series(1, 500) g;`,
    files: [`ALTER TABLE events ATTACH PARTITION archive FOR VALUES FROM ('2019-01-01') TO ('2020-01-01');`],
  },
  good: {
    before: `${months} CREATE TABLE archive (id int, day date NOT NULL);
INSERT INTO archive SELECT g, '2019-01-01' FROM generate_series(1, 500) g;`,
    files: [
      `ALTER TABLE archive ADD CONSTRAINT bounds CHECK (day >= '2019-01-01' AND day < '2020-01-01') NOT VALID;`,
      'ALTER TABLE archive VALIDATE CONSTRAINT bounds;',
      `ALTER TABLE events ATTACH PARTITION archive FOR VALUES FROM ('2019-01-01') TO ('2020-01-01');`,
    ],
    contract: true,
  },
  find: (change, { state }) => {
    if (change.kind !== 'attach partition') return undefined
    const table = state.table(change.partition)
    if (table.isNew || !isBusy(table) || isProven(table, change.bound)) return undefined
    const own = shown(change.partition)
    const check = quoted(`${change.partition.name}_bounds`)
    return {
      table: change.partition,
      message: `Attaching ${named(table)} reads all of it, and nobody can read or write it until that is done.`,
      why: 'ATTACH PARTITION holds an ACCESS EXCLUSIVE lock on the table while it looks at every row, unless a valid CHECK says the same as the bounds.',
      instead: `Prove the bounds first, in two migrations, and attach in a third:\nALTER TABLE ${own} ADD CONSTRAINT ${check} CHECK (${checkOf(change.bound)}) NOT VALID;\n-- the next migration:\nALTER TABLE ${own} VALIDATE CONSTRAINT ${check};\n-- the one after it:\nALTER TABLE ${shown(change.table)} ATTACH PARTITION ${own} ${change.bound?.sql ?? 'FOR VALUES ...'};`,
      ...lockSeverity(table),
    }
  },
}

/** A validated constraint proves the bound; one just validated by the plan, of which nothing else is known, counts. */
function isProven(table: TableState, bound: Bound | undefined): boolean {
  return table
    .constraints()
    .some(
      ({ type, valid, comparisons }) =>
        type === 'check' &&
        valid &&
        (comparisons === undefined || (bound !== undefined && provesBound(comparisons, bound))),
    )
}

function checkOf(bound: Bound | undefined): string {
  if (bound?.of === 'list') return `... IN ${bound.sql.replace('FOR VALUES IN ', '')}`
  if (bound?.of !== 'range') return '...'
  const [from, to] = bound.sql.slice('FOR VALUES FROM ('.length, -1).split(') TO (')
  return `... IS NOT NULL AND ... >= ${from ?? ''} AND ... < ${to ?? ''}`
}

const detach: Rule = {
  name: 'detach-partition',
  hazard: 'lock',
  danger:
    'DETACH PARTITION without CONCURRENTLY makes every query of the whole table wait while it waits for its lock.',
  lock: 'ACCESS EXCLUSIVE on both tables, brief',
  versions: 'CONCURRENTLY is there from 14 on',
  exceptions: [
    'The partitioned table was made by this plan.',
    'The catalog says that the server is older than 14.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DETACH-PARTITION',
  ],
  bad: {
    before: months,
    files: ['ALTER TABLE events DETACH PARTITION events_old;'],
    since: 14,
    contract: true,
    shows: 'short lock',
  },
  good: {
    before: months,
    files: ['-- no-transaction\nALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;'],
    since: 14,
    contract: true,
  },
  find: (change, { state }) => {
    if (change.kind !== 'detach partition' || change.concurrently) return undefined
    const table = state.table(change.table)
    if (!isKnownToCode(table) || (state.serverVersion ?? 140_000) < 140_000) return undefined
    return {
      table: change.table,
      message: `Detaching ${shown(change.partition)} makes every query of all partitions of ${named(table)} wait while it waits for its lock.`,
      why: 'DETACH PARTITION needs an ACCESS EXCLUSIVE lock on the partitioned table; behind one long query, all others queue.',
      instead: `Detach it CONCURRENTLY, in a file of its own (not where there is a DEFAULT partition):\n-- no-transaction\nALTER TABLE ${shown(change.table)} DETACH PARTITION ${shown(change.partition)} CONCURRENTLY;`,
      severity: 'warning',
    }
  },
}

const detachedRows: Rule = {
  name: 'detach-partition-rows',
  hazard: 'compatibility',
  danger: 'The rows of a detached partition are gone for the running code, and new ones for it are refused.',
  sqlstates: ['23514'],
  exceptions: ['The partitioned table, or the partition, was made by this plan.'],
  sources: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DETACH-PARTITION',
  ],
  bad: {
    before: months,
    files: ['-- no-transaction\nALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;'],
    since: 14,
    running: `INSERT INTO events VALUES (-1, '2023-12-31')`,
  },
  good: {
    before: months,
    files: ['-- no-transaction\nALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;'],
    since: 14,
    contract: true,
  },
  find: (change, { state }) => {
    if (change.kind !== 'detach partition') return undefined
    if (state.table(change.table).isNew || state.table(change.partition).isNew) return undefined
    return {
      table: change.table,
      message: `Running code finds the rows of ${shown(change.partition)} in ${shown(change.table)} no more, and new ones for that partition fail with 23514.`,
      why: 'A row for which there is no partition is refused, and a query of the partitioned table reads those that are attached only.',
      instead: `If code still asks for those rows, detach it in contract-migrations/, which runs once no old code is left:\n-- no-transaction\nALTER TABLE ${shown(change.table)} DETACH PARTITION ${shown(change.partition)} CONCURRENTLY;`,
      sqlstate: '23514',
      severity: 'warning',
    }
  },
}

/** Partitions that come and go. */
export const partitionRules: readonly Rule[] = [partitionOf, attach, detach, detachedRows]
