import { expect, it } from 'vitest'
import { judge } from '../../src/judge/judge.js'
import { compareOtherFiles, isDownFile, readOtherFile } from '../../src/judge/other-files.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'

const grammar = await loadGrammar()

const read = (path: string, text: string) => readOtherFile({ path, text }, grammar)

const found = (path: string, text: string) => {
  const file = read(path, text)
  return file === undefined
    ? undefined
    : judge([file], { grammar, rules: allRules }).findings.map(({ line, rule }) => `${line} ${rule}`)
}

it('takes plain SQL as it is', () => {
  expect(read('db/1_users.sql', 'SELECT 1;')).toBeUndefined()
})

it('runs a migration of Prisma in a transaction, unless it is a single statement', () => {
  const path = 'prisma/migrations/20250101_a/migration.sql'
  const index = '-- CreateIndex\nCREATE INDEX CONCURRENTLY i ON users (id);\n'
  expect(read(path, index)?.noTransaction).toBe(true)
  expect(found(path, index)).toEqual([])
  expect(read(path, `${index}SELECT 1;`)?.noTransaction).toBe(false)
  expect(found(path, `${index}SELECT 1;`)).toHaveLength(1)
})

it('reads the statements between the breakpoints of Drizzle, all in a transaction', () => {
  const text =
    'ALTER TABLE "a" ADD COLUMN "b" text;--> statement-breakpoint\nALTER TABLE "a" DROP COLUMN "c";'
  expect(found('drizzle/0001_x.sql', text)).toEqual(['2 drop-column'])
  const concurrent = 'CREATE INDEX CONCURRENTLY i ON a (b);\n--> statement-breakpoint\n'
  expect(read('drizzle/0002/migration.sql', concurrent)?.noTransaction).toBe(false)
})

it.each([
  ['dbmate', '-- migrate:up', '-- migrate:down', '-- migrate:up transaction:false'],
  ['goose', '-- +goose Up', '-- +goose Down', '-- +goose NO TRANSACTION\n-- +goose Up'],
])('judges of a file of %s what runs when migrating up, at the lines of the file', (_, up, down, alone) => {
  const text = `-- about users\n${up}\nALTER TABLE a DROP COLUMN b;\n${down}\nDROP TABLE c;\n`
  expect(found('db/1.sql', text)).toEqual(['3 drop-column'])
  expect(read('db/1.sql', text)?.noTransaction).toBe(false)
  expect(read('db/1.sql', `${alone}\nSELECT 1;`)?.noTransaction).toBe(true)
})

it('cannot judge a dump of the whole schema', () => {
  expect(found('db/structure.sql', 'CREATE TABLE a (id int);')).toEqual(['1 unjudged'])
  expect(read('db/17_structure.sql.sql', 'SELECT 1')).toBeUndefined()
})

it.each([
  ['17_users.down.sql', true],
  ['migrations/17_users/down.sql', true],
  ['db/U17__users.sql', true],
  ['17_users.up.sql', false],
  ['17_shutdown.sql', false],
  ['V17__users.sql', false],
  ['User__x.sql', false],
])('knows whether %s runs when migrating down: %s', (path, down) => {
  expect(isDownFile(path)).toBe(down)
})

it('orders files by their numbers', () => {
  const paths = ['db/V10__c.sql', 'db/V9__b.sql', 'db/V1.2__a.sql', 'db/V1.10__a.sql']
  expect(paths.toSorted(compareOtherFiles)).toEqual([
    'db/V1.2__a.sql',
    'db/V1.10__a.sql',
    'db/V9__b.sql',
    'db/V10__c.sql',
  ])
})
