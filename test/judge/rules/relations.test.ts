import { expect, it } from 'vitest'
import type { CatalogColumn } from '../../../src/core/catalog.js'
import { findings, found, foundWith, table } from '../support/found.js'

const outside = '-- no-transaction\n'
const column = (name: string): CatalogColumn => ({
  name,
  type: 'text',
  modifiers: [],
  notNull: false,
  hasDefault: false,
  identity: undefined,
  generated: false,
})

it.each([
  ['a table', ['DROP TABLE a'], ['drop-table']],
  ['a table, if it is there', ['DROP TABLE IF EXISTS a CASCADE'], ['drop-table']],
  ['a table of this plan', ['CREATE TABLE a (b int)', 'DROP TABLE a'], []],
  ['a table that this plan makes again', ['DROP TABLE a; CREATE TABLE a (b int)'], ['drop-table']],
  ['a view', ['DROP VIEW a'], ['drop-table']],
  ['a view that comes back', ['DROP VIEW a; CREATE VIEW a AS SELECT 1 AS b'], ['recreate-view?']],
  [
    'a view that comes back with its grants',
    ['DROP VIEW a; CREATE VIEW a AS SELECT 1 AS b; GRANT SELECT ON a TO reader'],
    [],
  ],
  ['a view that comes back later', [`${outside}DROP VIEW a; CREATE VIEW a AS SELECT 1 AS b`], ['drop-table']],
  ['a view in the next file', ['DROP VIEW a', 'CREATE VIEW a AS SELECT 1 AS b'], ['drop-table']],
  ['a view of this plan', ['CREATE VIEW a AS SELECT 1 AS b; DROP VIEW a'], []],
  ['a materialized view', ['DROP MATERIALIZED VIEW a'], ['drop-table']],
  ['a sequence', ['DROP SEQUENCE a'], ['drop-table']],
  ['a sequence of this plan', ['CREATE SEQUENCE a; DROP SEQUENCE a'], []],
  ['a schema', ['DROP SCHEMA a CASCADE'], ['drop-table']],
  ['a schema of this plan', ['CREATE SCHEMA a; CREATE TABLE a.b (c int); DROP SCHEMA a CASCADE'], []],
  ['two tables', ['DROP TABLE a, b'], ['drop-table', 'drop-table']],
  ['in a contract migration', ['-- contract\nDROP TABLE a'], []],
])('DROP of %s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

it.each([
  ['ALTER TABLE a RENAME TO b', ['rename']],
  ['ALTER TABLE a SET SCHEMA s', ['rename']],
  ['ALTER VIEW a RENAME TO b', ['rename']],
  ['ALTER SEQUENCE a RENAME TO b', ['rename']],
  ['ALTER FUNCTION a(int) RENAME TO b', ['rename']],
  ['ALTER FUNCTION a(int) SET SCHEMA s', ['rename']],
  ['ALTER TYPE a RENAME TO b', ['rename']],
  ['ALTER DOMAIN a RENAME TO b', ['rename']],
  ['ALTER SCHEMA a RENAME TO b', ['rename']],
  ['ALTER INDEX a RENAME TO b', []],
  ['ALTER TABLE a RENAME CONSTRAINT b TO c', []],
  ['CREATE TABLE a (b int); ALTER TABLE a RENAME TO c; ALTER TABLE c SET SCHEMA d', []],
  ['ALTER TABLE a RENAME TO b; CREATE VIEW a AS SELECT * FROM b', []],
  ['ALTER TABLE a SET SCHEMA s; CREATE VIEW a AS SELECT * FROM s.a', []],
  ['ALTER TABLE s.a RENAME TO b; CREATE VIEW s.a AS SELECT * FROM s.b', []],
  ['ALTER TABLE s.a RENAME TO b; CREATE VIEW t.a AS SELECT * FROM s.b', ['rename']],
  [`${outside}ALTER TABLE a RENAME TO b; CREATE VIEW a AS SELECT * FROM b`, ['rename']],
  ['ALTER TABLE a RENAME TO a_old; ALTER TABLE b RENAME TO a', ['rename?', 'rename']],
  [`ALTER TYPE a RENAME TO a_old; CREATE TYPE a AS ENUM ('x'); DROP TYPE a_old`, []],
])('%s', (sql, rules) => {
  expect(found(sql).filter((rule) => !/type|function/.test(rule))).toEqual(rules)
})

it('a view of the old name is what the running code uses from then on', () => {
  const bridge = 'ALTER TABLE a RENAME TO b; CREATE VIEW a AS SELECT * FROM b'
  expect(found(bridge, 'DROP VIEW a')).toEqual(['drop-table'])
  expect(found(bridge, '-- contract\nDROP VIEW a')).toEqual([])
})

it.each([
  [
    'all that the table has',
    { columns: [column('id'), column('b')] },
    'CREATE VIEW a AS SELECT id, b FROM t',
    [],
  ],
  ['a star', { columns: [column('id'), column('b')] }, 'CREATE VIEW a AS SELECT * FROM t', []],
  [
    'a column too few',
    { columns: [column('id'), column('b')] },
    'CREATE VIEW a AS SELECT id FROM t',
    ['bridge-view'],
  ],
  ['no grants', { grantedTo: ['app'] }, 'CREATE VIEW a AS SELECT * FROM t', ['bridge-view']],
  ['grants', { grantedTo: ['app'] }, 'CREATE VIEW a AS SELECT * FROM t; GRANT SELECT ON a TO app', []],
  [
    'the owner before row-level security',
    { rowSecurity: true },
    'CREATE VIEW a AS SELECT * FROM t',
    ['bridge-view'],
  ],
  [
    'row-level security for whoever asks',
    { rowSecurity: true },
    'CREATE VIEW a WITH (security_invoker = true) AS SELECT * FROM t',
    [],
  ],
  [
    'row-level security switched off again',
    { rowSecurity: true },
    'CREATE VIEW a WITH (security_invoker = false) AS SELECT * FROM t',
    ['bridge-view'],
  ],
])('a view in the place of a table has %s', (_, facts, view, rules) => {
  expect(foundWith([table('a', facts)], `ALTER TABLE a RENAME TO t; ${view}`)).toEqual(rules)
})

it('the catalog says what a view that comes back has lost', () => {
  const again = 'DROP VIEW a; CREATE VIEW a AS SELECT 1 AS b'
  const view = { kind: 'view', columns: [column('b')] } as const
  expect(foundWith([table('a', view)], again)).toEqual([])
  expect(foundWith([table('a', { ...view, grantedTo: ['app'] })], again)).toEqual(['recreate-view'])
  const [gone] = findings([table('a', { kind: 'view', columns: [column('b'), column('c')] })], again)
  expect(gone?.message).toBe('The new a no longer has c, which the running code may read.')
})

it('what the catalog does not have is not missed', () => {
  expect(foundWith([table('b')], 'DROP TABLE IF EXISTS a')).toEqual([])
})

it('a message has the names as they are written', () => {
  const [finding] = findings(undefined, 'ALTER TABLE "Shop".orders RENAME TO "Orders";')
  expect(finding?.message).toBe(
    'Renaming the table "Shop".orders to "Shop"."Orders" breaks the running code, which knows the old name only.',
  )
  expect(finding?.instead).toContain('CREATE VIEW "Shop".orders AS SELECT ... FROM "Shop"."Orders";')
})
