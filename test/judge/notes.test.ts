import { expect, it } from 'vitest'
import { judge, type JudgedFile } from '../../src/judge/judge.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'
import { catalogWith, table } from './support/found.js'
import { truthOf } from './support/truth-here.js'

const grammar = await loadGrammar()

const judged = (files: readonly string[], tables?: Parameters<typeof catalogWith>[0]) =>
  judge(files.map(fileOf), {
    grammar,
    rules: allRules,
    ...(tables === undefined ? {} : { catalog: catalogWith(tables) }),
  })

const fileOf = (sql: string, index: number): JudgedFile => ({
  path: `${index + 1}.sql`,
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: false,
  contract: sql.startsWith('-- contract'),
})

const noted = (...files: readonly string[]) =>
  judged(files).notes.map(({ file, line, rule }) => `${file}:${line} ${rule}`)

it('a table that grows is one note, at its first column, and no finding', () => {
  const { notes, findings, verdict } = judged([
    'ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;\nALTER TABLE users ADD COLUMN "C" int;',
    'ALTER TABLE users ADD COLUMN d int; ALTER TABLE users ADD COLUMN e int;\nALTER TABLE orders ADD a int',
  ])
  expect(notes).toEqual([
    {
      file: '1.sql',
      line: 1,
      rule: 'add-column',
      message:
        'users gets a, b, "C" and 2 more: in the running code a star grows, and a bare name in a join may become ambiguous; release check --prove tries its queries.',
    },
    { file: '2.sql', line: 2, rule: 'add-column', message: expect.stringMatching(/^orders gets a: /) },
  ])
  expect([findings, verdict]).toEqual([[], 'safe'])
})

it.each([
  ['a type that keeps its rows', 'ALTER TABLE orders ALTER COLUMN code TYPE text', 'alter-type'],
  ['a column that may be NULL', 'ALTER TABLE orders ALTER COLUMN code DROP NOT NULL', 'drop-not-null'],
  ['a value more', `ALTER TYPE status ADD VALUE 'late'`, 'add-enum-value'],
  ['another view', 'CREATE OR REPLACE VIEW people AS SELECT id FROM users', 'replace-view'],
  [
    'a bridge',
    'ALTER TABLE people RENAME TO users; CREATE VIEW people AS SELECT id FROM users',
    'bridge-view',
  ],
])('%s is a note', (_, sql, rule) => {
  const columns = [
    {
      name: 'code',
      type: 'varchar',
      modifiers: [9],
      notNull: true,
      hasDefault: false,
      identity: undefined,
      generated: false,
    },
  ]
  const tables = ['orders', 'people'].map((name) => table(name, { sizeBytes: 0, columns, grantedTo: [] }))
  expect(judged([sql.replace('SELECT id', 'SELECT code')], tables).notes).toMatchObject([
    { file: '1.sql', line: 1, rule },
  ])
})

it.each([
  [
    'of what the plan makes itself',
    'CREATE TABLE a (id int NOT NULL); ALTER TABLE a ADD b int, ALTER id DROP NOT NULL, ALTER id TYPE text',
  ],
  ['of a type that it makes', `CREATE TYPE t AS ENUM ('a'); ALTER TYPE t ADD VALUE 'b'`],
  ['of a column that it adds twice', 'ALTER TABLE a ADD b int; ALTER TABLE a ADD IF NOT EXISTS b int', 1],
  ['once no old code is left', `-- contract\nALTER TABLE a ADD b int; ALTER TYPE t ADD VALUE 'b'`],
  ['of a new view', 'CREATE VIEW people AS SELECT 1 AS id'],
])('says nothing %s', (_, sql, most = 0) => {
  expect(noted(sql)).toHaveLength(most)
})

it('leaves a type change that breaks the running code to the finding', () => {
  const { notes, findings } = judged(['ALTER TABLE orders ALTER COLUMN number TYPE bigint'])
  expect(findings.some(({ rule }) => rule === 'type-breaks-code')).toBe(true)
  expect(notes).toEqual([])
})

it.each([
  ['varchar(20)', 'varchar(50)'],
  ['varchar(20)', 'text'],
  ['numeric(8,2)', 'numeric(10,2)'],
])('on a server, %s to %s fails what was prepared', async (from, to) => {
  const { breaks, stalls } = await truthOf({
    before: `CREATE TABLE orders (id int PRIMARY KEY, code ${from})`,
    files: [`ALTER TABLE orders ALTER COLUMN code TYPE ${to}`],
    running: 'SELECT code FROM orders LIMIT 1',
  })
  expect([breaks?.sqlstate, breaks?.onlyPrepared, stalls]).toEqual(['0A000', true, undefined])
})
