import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { judge, type JudgedFile, type Judging } from '../../../src/judge/judge.js'
import { allRules } from '../../../src/judge/rules/all.js'
import { loadGrammar } from '../../../src/judge/sql/grammar.js'
import { waiversExported, waiversInCode } from '../../../src/judge/waivers/in-code.js'
import { readWaiverFile } from '../../../src/judge/waivers/waiver-file.js'

const grammar = await loadGrammar()

const sqlFile = (sql: string): JudgedFile => ({
  path: 'migrations/1.sql',
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: false,
  contract: false,
})

const judged = (file: JudgedFile, more: Partial<Judging> = {}) =>
  judge([file], { grammar, rules: allRules, today: '2027-03-01', ...more })

/** `line rule`, and behind it the reason for what is waived. */
const shown = (file: JudgedFile, more: Partial<Judging> = {}) =>
  judged(file, more).findings.map(({ line, rule, waiver }) =>
    waiver === undefined ? `${line} ${rule}` : `${line} ${rule}: ${waiver.reason}`,
  )

const drop = 'ALTER TABLE users DROP COLUMN nickname'

it.each([
  ['in the line before it', `-- release:allow drop-column "unread"\n${drop};`, 2],
  ['before it, with other comments between', `-- release:allow drop-column "unread"\n-- see 12\n${drop};`, 3],
  ['in a block comment', `/* release:allow drop-column "unread" */ ${drop};`, 1],
  [
    'in one line of a block comment',
    `/*\n * ticket 12\n * release:allow drop-column "unread"\n */\n${drop};`,
    5,
  ],
  ['at the end of its line', `SELECT 1;\n${drop}; -- release:allow drop-column "unread"\nSELECT 2;`, 2],
  ['inside it', `ALTER TABLE users\n  -- release:allow drop-column "unread"\n  DROP COLUMN nickname;`, 1],
  ['behind it, where no semicolon is', `${drop}\n-- release:allow drop-column "unread"`, 1],
  [
    'with letters of several bytes before it',
    `SELECT 'äöü🐘';\n-- 🐘 é\n-- release:allow drop-column "unread"\n${drop};`,
    4,
  ],
  [
    'in a file that ends its lines as Windows does',
    `-- release:allow drop-column "unread"\r\n${drop};\r\n`,
    2,
  ],
  ['in single quotes', `-- release:allow drop-column 'unread'\n${drop};`, 2],
  [
    'in the body of its DO block',
    `DO $$ BEGIN\n  PERFORM '-- release:allow drop-table "no"';\n  -- release:allow drop-column "unread"\n  ${drop};\nEND $$;`,
    4,
  ],
  [
    'in a body in simple quotes',
    `DO 'BEGIN -- release:allow drop-column "unread"\n  PERFORM ''x''; ${drop}; END';`,
    2,
  ],
  [
    'before the DO block it stands in',
    `-- release:allow drop-column "unread"\nDO $$ BEGIN ${drop}; END $$;`,
    2,
  ],
])('a waiver counts %s', (_, sql, line) => {
  expect(shown(sqlFile(sql))).toEqual([`${line} drop-column: unread`])
  expect(judged(sqlFile(sql)).verdict).toBe('safe')
})

it('a waiver is for its own statement and its own rule alone', () => {
  expect(shown(sqlFile(`-- release:allow drop-column "unread"\n${drop};\n${drop};`))).toEqual([
    '2 drop-column: unread',
    '3 drop-column',
  ])
  expect(shown(sqlFile(`-- release:allow create-index "small"\n${drop};`))).toEqual([
    '2 drop-column',
    '1 waiver-unused',
  ])
})

it.each([
  ['a string', `SELECT '-- release:allow drop-column "unread"';\n${drop};`],
  ['a string of several lines', `SELECT '\n-- release:allow drop-column "unread"\n'; ${drop};`],
  ['dollar quotes', `SELECT $$\n-- release:allow drop-column "unread"\n$$; ${drop};`],
  ['a name', `SELECT 1 AS "-- release:allow drop-column 'unread'"; ${drop};`],
  ['a sentence about waivers', `-- we could write release:allow drop-column "unread"\n${drop};`],
])('what stands in %s is no waiver', (_, sql) => {
  expect(judged(sqlFile(sql)).findings.map(({ rule, waiver }) => [rule, waiver])).toEqual([
    ['drop-column', undefined],
  ])
})

it.each([
  ['without a reason', 'release:allow drop-column', 'waiver-without-reason'],
  ['with an empty reason', 'release:allow drop-column " "', 'waiver-without-reason'],
  ['past its end', 'release:allow drop-column "unread" until 2027-02-28', 'waiver-expired'],
  ['of a rule that is none', 'release:allow drop-columns "unread"', 'waiver-unknown-rule'],
  ['of a finding about waivers', 'release:allow waiver-unused "no"', 'waiver-unknown-rule'],
  ['without a rule', 'release:allow "unread"', 'waiver-unreadable'],
  ['with a day that is none', 'release:allow drop-column "unread" until 2027-02-30', 'waiver-unreadable'],
  ['with until and no day', 'release:allow drop-column "unread" until', 'waiver-unreadable'],
  ['with something behind it', 'release:allow drop-column "unread" for now', 'waiver-unreadable'],
  ['with a reason outside quotes', 'release:allow drop-column nobody reads it', 'waiver-unreadable'],
])('a waiver %s waives nothing and is a finding', (_, comment, rule) => {
  const { findings, verdict } = judged(sqlFile(`-- ${comment}\n${drop};`))
  expect(findings.map((finding) => `${finding.line} ${finding.rule} ${finding.severity}`)).toEqual([
    '2 drop-column error',
    `1 ${rule} error`,
  ])
  expect(findings.every(({ waiver }) => waiver === undefined)).toBe(true)
  expect(verdict).toBe('breaks')
})

it('a waiver says which rule was meant', () => {
  const { findings } = judged(sqlFile(`-- release:allow drop-colum "unread"\n${drop};`))
  expect(findings[1]?.instead).toContain('Write drop-column if that is meant')
})

it('a waiver that is over only warns where nothing is found that it allowed', () => {
  const sql = '-- release:allow drop-column "unread" until 2020-01-01\nSELECT 1;'
  expect(judged(sqlFile(sql)).findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
    'waiver-expired warning',
  ])
})

it('a wrong waiver in a DO block is shown at its line', () => {
  const sql = `SELECT 1;\nDO $$ BEGIN\n  -- release:allow drop-column\n  ${drop};\nEND $$;`
  expect(shown(sqlFile(sql))).toEqual(['4 drop-column', '3 waiver-without-reason'])
})

it('a waiver counts up to the last of its days', () => {
  const sql = `-- release:allow drop-column "unread" until 2027-03-01\n${drop};`
  expect(judged(sqlFile(sql)).findings.map(({ waiver }) => waiver)).toEqual([
    { reason: 'unread', until: '2027-03-01' },
  ])
})

it('a waiver that waives nothing warns, wherever it stands', () => {
  expect(shown(sqlFile('-- release:allow drop-column "unread"\nSELECT 1;'))).toEqual(['1 waiver-unused'])
  expect(shown(sqlFile('SELECT 1;\n\n-- release:allow drop-column "unread"\n'))).toEqual(['3 waiver-unused'])
  expect(
    judged(sqlFile('-- release:allow drop-column "x"\n')).findings.map(({ severity }) => severity),
  ).toEqual(['warning'])
})

it('what cannot be judged may be allowed too', () => {
  expect(shown(sqlFile('-- release:allow unjudged "only reads"\nCALL report();'))).toEqual([
    '2 unjudged: only reads',
  ])
})

const code = `// release:allow drop-column "unread"
exports.up = (pgm) => {
  const text = '// release:allow drop-column "in a string"' + \`// release:allow \${'}'} x\`
  const slash = /[/]\\/ \\/\\/ release:allow/.test(text) ? 4 / 2 : 1 // nothing
  pgm.dropColumn('users', 'nickname')

  /* release:allow drop-column "second" */
  pgm.dropColumn('users', 'email')
  pgm.dropColumn('users', 'name') // release:allow drop-column "third"
  pgm.dropColumn('users', 'more')
}
`

const codeFile = (lines: readonly number[], waivers: JudgedFile['waivers']): JudgedFile => ({
  path: 'migrations/1.js',
  texts: lines.map((line) => ({ sql: `${drop}_${line}`, line, inFile: false })),
  noTransaction: false,
  contract: false,
  ...(waivers === undefined ? {} : { waivers }),
})

it('a comment in code is for the statement that its line makes, or the next one', () => {
  expect(shown(codeFile([5, 8, 9, 10], waiversInCode(code, 'migrations/1.js')))).toEqual([
    '5 drop-column: unread',
    '8 drop-column: second',
    '9 drop-column: third',
    '10 drop-column',
  ])
})

it('a quote in a regular expression opens no string', () => {
  const source = `const one = /"/, other = 1; // release:allow drop-column "unread"`
  expect(shown(codeFile([1], waiversInCode(source, '1.js')))).toEqual(['1 drop-column: unread'])
})

it('a comment in code behind which nothing runs waives nothing', () => {
  expect(shown(codeFile([1], waiversInCode('x()\n// release:allow drop-column "unread"', '1.js')))).toEqual([
    '1 drop-column',
    '2 waiver-unused',
  ])
})

it('what a migration exports as allow is for the whole file', () => {
  const source = `export const up = () => {}\nexport const allow = {}`
  const allow = { 'drop-column': 'unread', 'create-index': { reason: 'small', until: '2026-01-01' } }
  expect(shown(codeFile([1, 2], waiversExported(allow, source, 'migrations/1.js')))).toEqual([
    '1 drop-column: unread',
    '2 drop-column: unread',
    '2 waiver-expired',
  ])
  expect(shown(codeFile([1], waiversExported('all', source, 'migrations/1.js')))).toEqual([
    '1 drop-column',
    '2 waiver-unreadable',
  ])
})

const central = (...entries: readonly object[]) =>
  readWaiverFile(JSON.stringify({ waivers: entries }, undefined, 1), 'release-phase.waivers.json')

it('the central file waives by file, rule and table', () => {
  const entry = { file: 'migrations/1.sql', rule: 'drop-column', table: 'users', reason: 'unread' }
  const sql = `${drop};\nALTER TABLE orders DROP COLUMN note;`
  expect(shown(sqlFile(sql), { waivers: central(entry) })).toEqual(['1 drop-column: unread', '2 drop-column'])
  expect(shown(sqlFile('SELECT 1'), { waivers: central(entry) })).toEqual(['3 waiver-unused'])
})

it('an entry of the central file for a file that is not judged now is left alone', () => {
  const entry = { file: 'migrations/0.sql', rule: 'drop-column', reason: 'unread' }
  expect(shown(sqlFile('SELECT 1'), { waivers: central(entry) })).toEqual([])
})

it.each([
  ['{', 'release-phase.waivers.json is not JSON'],
  ['[]', 'must be an object with a list "waivers"'],
  ['{"waivers": [\n1]}', 'must be an object with file, rule and reason'],
  ['{"waivers": [\n{"file": "a", "rule": "b", "untill": "c"}]}', 'json:2 has a key "untill"'],
  ['{"waivers": [\n{"file": "a", "rule": 1}]}', 'json:2 has a "rule" that is no text'],
  ['{"waivers": [{"file": "{"},\n{"file": "a"}]}', 'json:1 has no "rule"'],
])('a central file that cannot be read says where: %s', (text, message) => {
  expect(() => readWaiverFile(text, 'release-phase.waivers.json')).toThrow(message)
})

it('the file that the docs show can be read', async () => {
  const page = await readFile('docs/waivers.md', 'utf8')
  const text = /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  expect(readWaiverFile(text, 'release-phase.waivers.json')).toHaveLength(1)
})
