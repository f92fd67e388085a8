import { expect, it } from 'vitest'
import { judge, type JudgedFile } from '../../src/judge/judge.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'

const grammar = await loadGrammar()

const sqlFile = (path: string, sql: string): JudgedFile => ({
  path,
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: sql.startsWith('-- no-transaction'),
  contract: false,
})

const judged = (...texts: string[]) =>
  judge(
    texts.map((sql, index) => sqlFile(`${index + 1}.sql`, sql)),
    { grammar, rules: allRules },
  )

const places = (...texts: string[]) =>
  judged(...texts).findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)

it('a finding names the line of its statement, whatever comments, blanks and letters stand before it', () => {
  expect(
    places(
      `-- Umlaute: äöü 🐘\nSELECT 'é';\n\n/* a /* nested */ one\n */\n  ALTER TABLE users\n  DROP COLUMN nickname;`,
    ),
  ).toEqual(['1.sql:6 drop-column'])
})

it('what a plan made itself is not used by running code', () => {
  expect(
    places('CREATE TABLE a (id int, b int)', 'CREATE INDEX i ON a (b); ALTER TABLE a DROP COLUMN b'),
  ).toEqual([])
})

it('a table that the plan filled takes its time', () => {
  expect(
    places('CREATE TABLE a (id int)', 'INSERT INTO a SELECT id FROM b', 'CREATE INDEX i ON a (id)'),
  ).toEqual(['3.sql:1 create-index'])
})

it('a statement that cannot be read leaves the others readable', () => {
  const { findings, verdict } = judged('ALTER TABLE a DROP COLUMN b;\nSELEC 1;\nALTER TABLE a DROP COLUMN c;')
  expect(findings.map(({ line, rule }) => `${line} ${rule}`)).toEqual([
    '1 drop-column',
    '2 unjudged',
    '3 drop-column',
  ])
  expect(verdict).toBe('breaks')
})

it('a DO block is judged by its statements, and what EXECUTE puts together is not', () => {
  expect(
    judged(
      `DO $$\nBEGIN\n  ALTER TABLE a DROP COLUMN b;\n  EXECUTE 'ALTER TABLE a DROP COLUMN ' || 'c';\n  EXECUTE 'CREATE INDEX ON a (d)';\nEND $$;`,
    ).findings.map(({ line, rule }) => `${line} ${rule}`),
  ).toEqual(['3 drop-column', '4 unjudged', '5 create-index'])
})

it.each([
  ['nothing to say of', 'ALTER TABLE a ADD COLUMN b int', 'safe'],
  ['a lock', 'CREATE INDEX ON a (b)', 'stalls'],
  ['a break before a lock', 'CREATE INDEX ON a (b); ALTER TABLE a DROP COLUMN c', 'breaks'],
  ['what cannot be known', 'CALL cleanup()', 'unknown'],
])('the verdict is the worst finding: %s', (_, sql, verdict) => {
  expect(judged(sql).verdict).toBe(verdict)
})

it.each([
  ['a NUL byte', 'SELECT 1;\0ALTER TABLE a DROP COLUMN b', 1],
  ['a meta-command of psql', 'SELECT 1;\n\\d users\n', 2],
  ['100,000 open parentheses', `SELECT 1;\nSELECT ${'('.repeat(100_000)}1`, 2],
  ['an open quote', "SELECT 1;\nSELECT 'open", 2],
])('%s is a finding with its line', (_, sql, line) => {
  expect(judged(sql).findings.map((finding) => `${finding.line} ${finding.rule}`)).toContain(
    `${line} unjudged`,
  )
})
