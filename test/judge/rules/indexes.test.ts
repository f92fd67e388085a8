import { expect, it } from 'vitest'
import { findings, found, foundWith, index, table } from '../support/found.js'

const outside = '-- no-transaction\n'

it.each([
  ['an index on a table that this plan made', ['CREATE TABLE a (b int); CREATE INDEX ON a (b)'], []],
  ['an index CONCURRENTLY', [`${outside}CREATE INDEX CONCURRENTLY i ON a (b)`], []],
  [
    'an index CONCURRENTLY in a transaction',
    ['CREATE INDEX CONCURRENTLY i ON a (b)'],
    ['concurrently-in-transaction'],
  ],
  [
    'an index CONCURRENTLY in a transaction that the file begins',
    [`${outside}BEGIN; CREATE INDEX CONCURRENTLY i ON a (b); COMMIT`],
    ['concurrently-in-transaction'],
  ],
  [
    'an index CONCURRENTLY after a transaction that the file ended',
    [`${outside}BEGIN; SELECT 1; COMMIT; CREATE INDEX CONCURRENTLY i ON a (b)`],
    [],
  ],
  [
    'two indexes CONCURRENTLY in one file',
    [`${outside}CREATE INDEX CONCURRENTLY i ON a (b); CREATE INDEX CONCURRENTLY j ON a (c)`],
    [],
  ],
  ['an index ON ONLY a table with partitions', ['CREATE INDEX i ON ONLY a (b)'], []],
  ['VACUUM in a transaction', ['VACUUM a'], ['concurrently-in-transaction']],
  [
    'REINDEX CONCURRENTLY in a transaction',
    ['REINDEX TABLE CONCURRENTLY a'],
    ['concurrently-in-transaction'],
  ],
  ['REINDEX of a table', ['REINDEX TABLE a'], ['reindex']],
  ['REINDEX of an index of nobody knows what', [`${outside}REINDEX INDEX i`], ['reindex']],
  ['REINDEX of a schema', [`${outside}REINDEX SCHEMA public`], ['reindex']],
  ['REINDEX of a new table', ['CREATE TABLE a (b int PRIMARY KEY); REINDEX INDEX a_pkey'], []],
  ['DROP INDEX', ['DROP INDEX i'], ['drop-index?']],
  ['DROP INDEX of several', ['DROP INDEX i, j'], ['drop-index?', 'drop-index?']],
  ['DROP INDEX of a new table', ['CREATE TABLE a (b int); CREATE INDEX i ON a (b); DROP INDEX i'], []],
  ['DROP INDEX in a contract migration', ['-- contract\nDROP INDEX users_email_key'], ['drop-index?']],
  [
    'an index after a quoted, schema-qualified name',
    ['CREATE INDEX ON "Shop"."Orders äö" ("Größe")'],
    ['create-index'],
  ],
])('%s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

const instead = (sql: string) => findings(undefined, sql)[0]?.instead

it('what to write instead names the columns where they are plain, and leaves the rest to the reader', () => {
  expect(instead('CREATE INDEX "I" ON "S".a (b DESC, "C")')).toContain(
    '-- no-transaction\nCREATE INDEX CONCURRENTLY "I" ON "S".a (b, "C");',
  )
  expect(instead('CREATE INDEX ON a (lower(b)) WHERE c')).toContain(
    'CREATE INDEX CONCURRENTLY ON a (...) WHERE ...;',
  )
})

it.each([
  ['a large table', table('a'), 'CREATE INDEX ON a (b)', ['create-index']],
  ['a small table', table('a', { sizeBytes: 20_000_000 }), 'CREATE INDEX ON a (b)', ['create-index?']],
  ['a tiny table', table('a', { sizeBytes: 8192 }), 'CREATE INDEX ON a (b)', []],
  ['a materialized view', table('a', { kind: 'materialized view' }), 'CREATE INDEX ON a (b)', []],
  ['ONLY, without partitions', table('a'), 'CREATE INDEX ON ONLY a (b)', ['create-index']],
  ['ONLY, with partitions', table('a', { kind: 'partitioned table' }), 'CREATE INDEX ON ONLY a (b)', []],
  [
    'partitions',
    table('a', { kind: 'partitioned table' }),
    `${outside}CREATE INDEX CONCURRENTLY i ON a (b)`,
    ['concurrently-on-partitions'],
  ],
  [
    'an index of a table with partitions',
    table('a', { kind: 'partitioned table', indexes: [index('i', ['b'])] }),
    `${outside}DROP INDEX CONCURRENTLY i`,
    ['concurrently-on-partitions'],
  ],
  [
    'IF NOT EXISTS of what is there',
    table('a', { indexes: [index('i', ['b'], { unique: true })] }),
    'CREATE UNIQUE INDEX IF NOT EXISTS i ON a (b)',
    [],
  ],
  [
    'a tiny table that loses an index',
    table('a', { sizeBytes: 0, indexes: [index('i', ['b'])] }),
    'DROP INDEX i',
    [],
  ],
  [
    'an index behind a constraint',
    table('a', { indexes: [index('i', ['b'], { unique: true, constraint: 'i' })] }),
    `${outside}DROP INDEX CONCURRENTLY i`,
    ['drop-index-of-constraint'],
  ],
])('with a catalog: %s', (_, known, sql, rules) => {
  expect(foundWith([known], sql)).toEqual(rules)
})

it('an index of a table whose partitions the plan tells of is built one by one', () => {
  const [finding] = findings(
    undefined,
    `ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES IN (1); CREATE INDEX i ON events (day)`,
  ).filter(({ rule }) => rule === 'create-index')
  expect(finding?.instead).toContain('CREATE INDEX i ON ONLY events (day);')
  expect(finding?.instead).toContain('ALTER INDEX i ATTACH PARTITION i_1;')
})

it('an index is known by its new name, as is that of a constraint that came later, and not when its table is gone', () => {
  expect(
    found('CREATE TABLE a (b int); CREATE INDEX i ON a (b); ALTER INDEX i RENAME TO j; DROP INDEX j'),
  ).toEqual([])
  expect(found('CREATE TABLE a (b int); ALTER TABLE a ADD CONSTRAINT u UNIQUE (b); DROP INDEX u')).toEqual([
    'drop-index-of-constraint',
  ])
  expect(found('CREATE TABLE a (b int); CREATE INDEX i ON a (b); DROP TABLE a; DROP INDEX i')).toContain(
    'drop-index?',
  )
})
