import { expect, it } from 'vitest'
import { findings, found, foundWith, index, table } from '../support/found.js'

const outside = '-- no-transaction\n'
const unique = (on: string) => `${outside}CREATE UNIQUE INDEX CONCURRENTLY i ON a ${on}`

it.each([
  ['an old column', [unique('(b)')], ['unique-index']],
  ['a new table', ['CREATE TABLE a (b int)', unique('(b)')], []],
  ['a new column, NULL in old rows', ['ALTER TABLE a ADD c int', unique('(c)')], []],
  ['a new column beside an old one', ['ALTER TABLE a ADD c int', unique('(b, c)')], []],
  [
    'a new column in NULLS NOT DISTINCT',
    ['ALTER TABLE a ADD c int', unique('(c) NULLS NOT DISTINCT')],
    ['unique-index'],
  ],
  [
    'a new column with one default for all',
    ["ALTER TABLE a ADD c text DEFAULT ''", unique('(c)')],
    ['unique-index'],
  ],
  [
    'a new column that gets a UUID',
    ['ALTER TABLE a ADD c uuid; ALTER TABLE a ALTER c SET DEFAULT gen_random_uuid()', unique('(c)')],
    [],
  ],
  [
    'a new column whose UUID was taken back',
    [
      "ALTER TABLE a ADD c uuid; ALTER TABLE a ALTER c SET DEFAULT gen_random_uuid(); ALTER TABLE a ALTER c SET DEFAULT '0'",
      unique('(c)'),
    ],
    ['unique-index'],
  ],
  ['rows where a new column is set', ['ALTER TABLE a ADD c int', unique('(b) WHERE c IS NOT NULL')], []],
  [
    'rows where a new column is not set',
    ['ALTER TABLE a ADD c int', unique('(b) WHERE c IS NULL')],
    ['unique-index'],
  ],
  ['an expression', [unique('(lower(b))')], ['unique-index']],
  ['a contract migration', ['-- contract\nCREATE UNIQUE INDEX ON x (y)'], ['create-index']],
])('a unique index over %s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

it.each([
  ['more columns than the key', index('k', ['b'], { unique: true }), '(b, c)', []],
  ['fewer columns than the key', index('k', ['b', 'c'], { unique: true }), '(b)', ['unique-index']],
  [
    'the columns of a partial one',
    index('k', ['b'], { unique: true, partial: true }),
    '(b)',
    ['unique-index'],
  ],
  ['the columns of one that is not unique', index('k', ['b']), '(b)', ['unique-index']],
])('a unique index beside another, over %s', (_, other, on, rules) => {
  expect(foundWith([table('a', { indexes: [other] })], unique(on))).toEqual(rules)
})

const key = index('k', ['b'], { unique: true })

it.each([
  [
    'without a catalog, a name that tells nothing',
    undefined,
    `${outside}DROP INDEX CONCURRENTLY users_email`,
    [],
  ],
  [
    'without a catalog, a name that tells',
    undefined,
    `${outside}DROP INDEX CONCURRENTLY users_email_key`,
    ['drop-unique-index?'],
  ],
  [
    'a constraint whose name tells',
    undefined,
    'ALTER TABLE a DROP CONSTRAINT a_b_key',
    ['drop-unique-index?'],
  ],
  ['a word that only looks like it', undefined, `${outside}DROP INDEX CONCURRENTLY keyboards_monkey_idx`, []],
  ['a unique index', key, `${outside}DROP INDEX CONCURRENTLY k`, ['drop-unique-index']],
  [
    'one that is not unique, whatever its name',
    index('a_key', ['b']),
    `${outside}DROP INDEX CONCURRENTLY a_key`,
    [],
  ],
  [
    'the index of a constraint',
    { ...key, constraint: 'k' },
    'ALTER TABLE a DROP CONSTRAINT k',
    ['drop-unique-index'],
  ],
  [
    'one that is replaced in its transaction',
    key,
    'DROP INDEX k; CREATE UNIQUE INDEX l ON a (b)',
    ['drop-index?', 'create-index', 'unique-index'],
  ],
  ['the same in a contract migration', key, `-- contract\nALTER TABLE a DROP CONSTRAINT k`, []],
])('dropping %s', (_, known, sql, rules) => {
  expect(foundWith(known && [table('a', { indexes: [known] })], sql)).toEqual(rules)
})

const swap = (where: string) =>
  foundWith(
    [table('a', { indexes: [key] })],
    `${outside}CREATE UNIQUE INDEX CONCURRENTLY l ON a (b)${where}; DROP INDEX CONCURRENTLY k`,
  )

it('an index that replaces another, built before, is enough for ON CONFLICT, unless it is partial', () => {
  expect(swap('')).toEqual([])
  expect(swap(' WHERE c')).toEqual(['drop-unique-index'])
})

it('says which index is partial', () => {
  const [finding] = findings(
    [table('a', { indexes: [key, index('l', ['b'], { unique: true, partial: true })] })],
    `${outside}DROP INDEX CONCURRENTLY k`,
  )
  expect(finding?.why).toContain('because l is partial')
})
