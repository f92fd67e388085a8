import { expect, it } from 'vitest'
import { findings, found, foundWith, index, table } from '../support/found.js'

const contract = '-- contract\n'
const bounds = `FOR VALUES FROM ('2019-01-01') TO ('2020-01-01')`
const attach = (check: string, bound = bounds) =>
  found(
    `${contract}ALTER TABLE old ADD CONSTRAINT c CHECK (${check}) NOT VALID`,
    `${contract}ALTER TABLE old VALIDATE CONSTRAINT c`,
    `${contract}ALTER TABLE events ATTACH PARTITION old ${bound}`,
  )

it.each([
  ['the bounds', `day >= '2019-01-01' AND day < '2020-01-01'`, bounds, []],
  ['the bounds, cast and turned round', `'2019-01-01'::date <= day AND day < DATE '2020-01-01'`, bounds, []],
  [
    'more beside them',
    `day IS NOT NULL AND (day >= '2019-01-01') AND day < '2020-01-01' AND x > 0`,
    bounds,
    [],
  ],
  ['one end only', `day >= '2019-01-01'`, bounds, ['attach-partition']],
  ['other days', `day >= '2018-01-01' AND day < '2020-01-01'`, bounds, ['attach-partition']],
  ['either end', `day >= '2019-01-01' OR day < '2020-01-01'`, bounds, ['attach-partition']],
  ['another column for each end', `a >= '2019-01-01' AND b < '2020-01-01'`, bounds, ['attach-partition']],
  ['the last day as well', `day BETWEEN '2019-01-01' AND '2020-01-01'`, bounds, ['attach-partition']],
  ['an open end', `n >= 5`, 'FOR VALUES FROM (5) TO (MAXVALUE)', []],
  ['the values of a list', `k IN ('a', 'b')`, `FOR VALUES IN ('a', 'b')`, []],
  ['some values of a list', `k = 'a'`, `FOR VALUES IN ('a', 'b')`, []],
  ['other values', `k IN ('a', 'c')`, `FOR VALUES IN ('a', 'b')`, ['attach-partition']],
])('attaching a table with a CHECK that says %s', (_, check, bound, rules) => {
  expect(attach(check, bound)).toEqual(rules)
})

it.each([
  ['a partition of a table in use', ['CREATE TABLE p PARTITION OF m DEFAULT'], ['create-partition?']],
  [
    'a partition of a new table',
    ['CREATE TABLE m (k int) PARTITION BY LIST (k); CREATE TABLE p PARTITION OF m DEFAULT'],
    [],
  ],
  ['attaching a new table', [`CREATE TABLE p (LIKE m); ALTER TABLE m ATTACH PARTITION p ${bounds}`], []],
  [
    'attaching a new table that the plan filled',
    [`CREATE TABLE p AS SELECT 1 AS k`, `ALTER TABLE m ATTACH PARTITION p ${bounds}`],
    [],
  ],
  ['detaching', ['ALTER TABLE m DETACH PARTITION p'], ['detach-partition?', 'detach-partition-rows?']],
  [
    'detaching in a contract migration',
    [`${contract}ALTER TABLE m DETACH PARTITION p`],
    ['detach-partition?'],
  ],
  ['a new table with a key', ['CREATE TABLE c (u int REFERENCES users)'], ['create-table-foreign-key?']],
  [
    'a new table with a key in the end',
    ['CREATE TABLE c (u int, FOREIGN KEY (u) REFERENCES users (id))'],
    ['create-table-foreign-key?'],
  ],
  ['a new table with a key to itself', ['CREATE TABLE c (id int PRIMARY KEY, up int REFERENCES c)'], []],
  [
    'a new table with a key to a new one',
    ['CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE c (u int REFERENCES a)'],
    [],
  ],
  ['VACUUM FULL', ['-- no-transaction\nVACUUM FULL'], ['rewrite-table']],
  ['VACUUM (FULL) of two', ['-- no-transaction\nVACUUM (FULL) a, b'], ['rewrite-table', 'rewrite-table']],
  ['VACUUM and ANALYZE', ['-- no-transaction\nVACUUM ANALYZE a; ANALYZE a'], []],
  ['CLUSTER', ['CLUSTER a USING i'], ['rewrite-table']],
  ['SET UNLOGGED among others', ['ALTER TABLE a ADD b int, SET UNLOGGED'], ['rewrite-table']],
  ['SET TABLESPACE of a new table', ['CREATE TABLE a (b int); ALTER TABLE a SET TABLESPACE s'], []],
  ['CLUSTER ON, which only notes it', ['ALTER TABLE a CLUSTER ON i'], []],
  [
    'fillfactor and statistics',
    ['ALTER TABLE a SET (fillfactor = 70); ALTER TABLE a ALTER b SET STATISTICS 500'],
    [],
  ],
  ['REFRESH', ['REFRESH MATERIALIZED VIEW v'], ['refresh-materialized-view']],
  ['REFRESH CONCURRENTLY', ['REFRESH MATERIALIZED VIEW CONCURRENTLY v'], []],
  ['REFRESH of a new view', ['CREATE MATERIALIZED VIEW v AS SELECT 1; REFRESH MATERIALIZED VIEW v'], []],
  ['REFRESH WITH NO DATA', ['REFRESH MATERIALIZED VIEW v WITH NO DATA'], ['refresh-with-no-data']],
  ['dropping what looks like a key', ['ALTER TABLE a DROP CONSTRAINT a_b_fkey'], ['drop-locks-parent?']],
])('%s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

const orders = table('orders', {
  constraints: [
    {
      name: 'belongs',
      type: 'foreign key',
      columns: ['user_id'],
      valid: true,
      provesNotNull: [],
      references: 'public.users',
    },
    {
      name: 'looks_fk',
      type: 'check',
      columns: ['a'],
      valid: true,
      provesNotNull: [],
      references: undefined,
    },
  ],
  indexes: [index('orders_a', ['a'])],
})

it.each([
  ['a table with a key to a busy one', [orders, table('users')], 'DROP TABLE orders', ['drop-locks-parent?']],
  [
    'a table with a key to a tiny one',
    [orders, table('users', { sizeBytes: 8192 })],
    'DROP TABLE orders',
    [],
  ],
  [
    'a table with a key to one that is hardly used',
    [orders, table('users', { usesPerSecond: 0.01 })],
    'DROP TABLE orders',
    [],
  ],
  ['the key', [orders, table('users')], 'ALTER TABLE orders DROP CONSTRAINT belongs', ['drop-locks-parent?']],
  ['a CHECK', [orders, table('users')], 'ALTER TABLE orders DROP CONSTRAINT looks_fk', []],
])('with a catalog: dropping %s', (_, known, sql, rules) => {
  expect(foundWith(known, `${contract}${sql}`)).toEqual(rules)
})

const instead = (sql: string) =>
  findings(undefined, sql)
    .map((finding) => finding.instead)
    .join()

it('what to write instead repeats the bounds of the partition as they stand', () => {
  expect(
    instead(`CREATE TABLE "P" PARTITION OF s.m FOR VALUES FROM ('it''s', 1) TO (MAXVALUE, 2.5)`),
  ).toContain(`ALTER TABLE s.m ATTACH PARTITION "P" FOR VALUES FROM ('it''s', 1) TO (MAXVALUE, 2.5);`)
  expect(instead(`ALTER TABLE m ATTACH PARTITION p FOR VALUES IN (1, 'x')`)).toContain(
    `CHECK (... IN (1, 'x')) NOT VALID`,
  )
  expect(instead('CREATE TABLE p PARTITION OF m FOR VALUES WITH (MODULUS 4, REMAINDER 0)')).toContain(
    'ATTACH PARTITION p FOR VALUES WITH (MODULUS 4, REMAINDER 0);',
  )
})
