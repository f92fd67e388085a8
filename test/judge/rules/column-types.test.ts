import { expect, it } from 'vitest'
import { keepsRows } from '../../../src/judge/state/type-change.js'
import { truthOf } from '../support/truth-here.js'
import { found, foundWith, index, table } from '../support/found.js'

const typed = (type: string, modifiers: number[] = []) => ({ type, modifiers })

// Each line is run on a server below: old type, new type, and both as the catalog has them.
const kept = [
  ['varchar(20)', 'varchar(30)', typed('varchar', [20]), typed('varchar', [30])],
  ['varchar(20)', 'varchar', typed('varchar', [20]), typed('varchar')],
  ['varchar(20)', 'text', typed('varchar', [20]), typed('text')],
  ['text', 'varchar', typed('text'), typed('varchar')],
  ['numeric(10,2)', 'numeric(12,2)', typed('numeric', [10, 2]), typed('numeric', [12, 2])],
  ['numeric(10)', 'numeric(12)', typed('numeric', [10, 0]), typed('numeric', [12])],
  ['numeric(10,2)', 'numeric', typed('numeric', [10, 2]), typed('numeric')],
  ['cidr', 'inet', typed('cidr'), typed('inet')],
  ['varbit(5)', 'varbit(8)', typed('varbit', [5]), typed('varbit', [8])],
  ['varbit(5)', 'varbit', typed('varbit', [5]), typed('varbit')],
  ['timestamp(3)', 'timestamp', typed('timestamp', [3]), typed('timestamp')],
  ['timestamp', 'timestamp(6)', typed('timestamp'), typed('timestamp', [6])],
  ['timestamp(3)', 'timestamptz(6)', typed('timestamp', [3]), typed('timestamptz', [6])],
  ['timestamptz', 'timestamp', typed('timestamptz'), typed('timestamp')],
  ['time(3)', 'time', typed('time', [3]), typed('time')],
  ['interval(3)', 'interval(5)', typed('interval', [3]), typed('interval', [32767, 5])],
  ['interval(3)', 'interval', typed('interval', [3]), typed('interval')],
  ['varchar(20)[]', 'varchar[]', typed('_varchar', [20]), typed('_varchar')],
  ['int', 'oid', typed('int4'), typed('oid')],
] as const

const rewritten = [
  ['int', 'bigint', typed('int4'), typed('int8')],
  ['int', 'text', typed('int4'), typed('text')],
  ['varchar(20)', 'varchar(10)', typed('varchar', [20]), typed('varchar', [10])],
  ['text', 'varchar(50)', typed('text'), typed('varchar', [50])],
  ['char(5)', 'char(10)', typed('bpchar', [5]), typed('bpchar', [10])],
  ['char(5)', 'text', typed('bpchar', [5]), typed('text')],
  ['numeric(10,2)', 'numeric(12,3)', typed('numeric', [10, 2]), typed('numeric', [12, 3])],
  ['numeric', 'numeric(10,2)', typed('numeric'), typed('numeric', [10, 2])],
  ['inet', 'cidr', typed('inet'), typed('cidr')],
  ['timestamp', 'timestamp(3)', typed('timestamp'), typed('timestamp', [3])],
  ['date', 'timestamp', typed('date'), typed('timestamp')],
  ['json', 'jsonb', typed('json'), typed('jsonb')],
  ['json', 'text', typed('json'), typed('text')],
  ['varchar(20)[]', 'varchar(30)[]', typed('_varchar', [20]), typed('_varchar', [30])],
  ['varchar(20)[]', 'text[]', typed('_varchar', [20]), typed('_text')],
] as const

it('which changes of type keep the rows is what a server does', async () => {
  const all = [...kept, ...rewritten]
  const { fails, stalls } = await truthOf({
    before: `CREATE TABLE t (${all.map(([old], at) => `c${at} ${old}`).join(', ')});`,
    files: kept.map(([, to], at) => `SET TimeZone = 'UTC'; ALTER TABLE t ALTER c${at} TYPE ${to}`),
  })
  expect({ fails, stalls }).toEqual({ fails: undefined, stalls: undefined })
  expect(kept.filter(([, , old, to]) => !keepsRows(old, to, true))).toEqual([])
  expect(rewritten.filter(([, , old, to]) => keepsRows(old, to, true))).toEqual([])
})

it.each(rewritten)('%s to %s writes every row anew', async (old, to) => {
  const { stalls } = await truthOf({
    before: `CREATE TABLE t (c ${old});`,
    files: [`ALTER TABLE t ALTER c TYPE ${to}`],
  })
  expect(stalls?.work).toBe('rewrite')
})

it('timestamp and timestamptz are the same bytes in UTC only', () => {
  expect(keepsRows(typed('timestamp'), typed('timestamptz'), false)).toBe(false)
  expect(keepsRows(typed('timestamp'), typed('timestamptz'), undefined)).toBe(false)
})

const columns = (type: string, modifiers: number[] = []) => [
  {
    name: 'b',
    type,
    modifiers,
    notNull: false,
    hasDefault: false,
    identity: undefined,
    generated: false,
  } as const,
]

it.each([
  ['bigint', ['change-type', 'type-breaks-code']],
  ['text', ['change-type']],
  ['varchar(50)', ['change-type']],
  ['jsonb USING b::jsonb', ['change-type', 'type-breaks-code']],
  ['text USING lower(b)', ['change-type', 'type-breaks-code']],
])('without a catalog a column may have been anything: %s', (type, rules) => {
  expect(found(`ALTER TABLE a ALTER b TYPE ${type}`)).toEqual(rules)
})

it.each([
  ['varchar', [20], 'varchar(30)', []],
  ['varchar', [20], 'text', []],
  ['varchar', [20], 'text USING b::text', []],
  ['varchar', [20], 'text USING b', []],
  ['varchar', [20], 'text USING trim(b)', ['change-type']],
  ['varchar', [20], 'text USING b::varchar(5)', ['change-type']],
  ['varchar', [20], 'varchar(10)', ['change-type', 'type-breaks-code']],
  ['int4', [], 'bigint', ['change-type', 'type-breaks-code']],
  ['int2', [], 'int', ['change-type']],
  ['int8', [], 'int', ['change-type', 'type-breaks-code']],
  ['timestamp', [], 'timestamptz', []],
  ['numeric', [10, 2], 'numeric(12,2)', []],
  ['numeric', [10, 2], 'numeric(12,4)', ['change-type']],
  ['numeric', [10, 2], 'numeric(10,4)', ['change-type', 'type-breaks-code']],
  ['json', [], 'jsonb', ['change-type']],
  ['_text', [], 'text[]', []],
  ['_text', [], 'text', ['change-type', 'type-breaks-code']],
] as const)('with a catalog: %s %j to %s', (old, modifiers, type, rules) => {
  expect(
    foundWith([table('a', { columns: columns(old, [...modifiers]) })], `ALTER TABLE a ALTER b TYPE ${type}`),
  ).toEqual(rules)
})

it('an index or a CHECK on the column may have to be made anew', () => {
  const rulesOf = (old: string, indexes: ReturnType<typeof index>[], sql: string) =>
    foundWith([table('a', { columns: columns(old), indexes })], `ALTER TABLE a ALTER b TYPE ${sql}`)
  expect(rulesOf('timestamp', [index('i', ['b'])], 'timestamptz')).toEqual(['change-type'])
  expect(rulesOf('varchar', [index('i', ['b'])], 'text')).toEqual([])
  expect(rulesOf('varchar', [index('i', ['b'])], 'text COLLATE "C"')).toEqual(['change-type'])
  expect(rulesOf('varchar', [index('i', ['b'], { partial: true })], 'text')).toEqual(['change-type'])
  const check = {
    name: 'c',
    type: 'check',
    columns: ['b'],
    valid: true,
    provesNotNull: [],
    references: undefined,
  } as const
  const checked = [table('a', { columns: columns('varchar'), constraints: [check] })]
  expect(foundWith(checked, 'ALTER TABLE a ALTER b TYPE text')).toEqual(['change-type'])
})

it('a column that this plan added has the type that the plan gave it', () => {
  expect(found('ALTER TABLE a ADD b varchar(20); ALTER TABLE a ALTER b TYPE text')).toEqual([])
  expect(found('ALTER TABLE a ADD b int; ALTER TABLE a ALTER b TYPE bigint')).toEqual(['change-type'])
})
