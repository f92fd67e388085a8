import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

interface Checked {
  readonly verdict: string
  readonly findings: readonly { readonly file: string; readonly line: number; readonly rule: string }[]
}

const none = { DATABASE_URL: undefined }
const drop = 'ALTER TABLE a DROP COLUMN b;'
const row = "(1, 'a text that makes a file of five megabytes long in less than a minute of anybody')"

const files: Readonly<Record<string, string | Buffer>> = {
  'a-garbage.sql': Buffer.from(Array.from({ length: 20_000 }, (_, at) => 128 + ((at * 7919) % 128))),
  'b-nul.sql': `SELECT 1;\n${drop}\n\0`,
  'c-parentheses.sql': `SELECT 1;\nSELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)};\n${drop}`,
  'd-literal.sql': `SELECT 1;\nINSERT INTO t VALUES ('${'x'.repeat(60_000_000)}');\n${drop}`,
  'e-psql.sql': `SELECT 1;\n\\copy t from 'x.csv'\n\\i other.sql\n${drop}\n\\.\n`,
  'f-copy.sql': `CREATE TABLE t (a int);\nCOPY t (a) FROM stdin;\n1\n2\n\\.\n`,
  'g-utf16.sql': Buffer.from(`\uFEFF${drop}\n`, 'utf16le'),
  'h-comments.sql': `${drop}\n${'/*'.repeat(100_000)}`,
  'i-open-quote.sql': `SELECT 1;\n${drop}\nSELECT 'open;\n`,
  'j-many-mistakes.sql': 'SELEC 1;\n'.repeat(2000),
  'k-five-megabytes.sql': `INSERT INTO t VALUES\n${`${row},\n`.repeat(60_000)}${row};\n${drop}`,
  'l-one-line.sql': `${'SELECT 1; '.repeat(20_000)}\n${drop}`,
}

it('makes a finding with its line of whatever a file holds, and ends', async () => {
  const scene = await createScene({})
  for (const [name, content] of Object.entries(files)) await writeFile(join(scene.folder, name), content)
  await mkdir(join(scene.folder, 'x.sql'))
  const { stdout, exitCode } = await scene.release('check --json *.sql', none)
  const { findings, verdict } = JSON.parse(stdout) as Checked
  const places = (name: string) =>
    findings.flatMap(({ file, line, rule }) => (file === name ? [`${line} ${rule}`] : []))
  expect(Object.fromEntries(Object.keys(files).map((name) => [name, places(name).slice(0, 4)]))).toEqual({
    'a-garbage.sql': ['1 unjudged'],
    'b-nul.sql': ['3 unjudged'],
    'c-parentheses.sql': ['2 unjudged', '3 drop-column'],
    'd-literal.sql': ['2 unjudged'],
    'e-psql.sql': ['2 unjudged', '3 unjudged', '4 drop-column', '5 unjudged'],
    'f-copy.sql': ['3 unjudged'],
    'g-utf16.sql': ['1 unjudged'],
    'h-comments.sql': ['2 unjudged'],
    'i-open-quote.sql': ['2 drop-column', '3 unjudged'],
    'j-many-mistakes.sql': ['1 unjudged', '2 unjudged', '3 unjudged', '4 unjudged'],
    'k-five-megabytes.sql': ['60003 drop-column'],
    'l-one-line.sql': ['2 drop-column'],
  })
  expect(findings.filter(({ file }) => file === 'j-many-mistakes.sql')).toHaveLength(2000)
  expect([verdict, exitCode]).toEqual(['breaks', 2])
})

it('says what it cannot open, and where', async () => {
  const scene = await createScene({})
  await mkdir(join(scene.folder, 'x.sql'))
  await symlink('nowhere', join(scene.folder, 'y.sql'))
  const folder = await scene.release('check x.sql', none)
  expect([folder.exitCode, folder.stderr]).toEqual([64, expect.stringContaining('x.sql is a folder')])
  const unreadable = await scene.release('check *.sql', none)
  expect([unreadable.exitCode, unreadable.stderr]).toEqual([
    1,
    expect.stringContaining('y.sql cannot be read'),
  ])
})

it('lets no file steer the terminal, nor fill it with one line', async () => {
  const scene = await createScene({
    'a.sql': `ALTER TABLE "a\u001B[31m" DROP COLUMN "\u0007b"; ${'SELECT 1; '.repeat(500)}DROP TABLE zebra;`,
    'b.sql': `SELECT '${'x'.repeat(5000)}\n`,
  })
  const { stdout } = await scene.release('check a.sql b.sql', none)
  expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(400)
  const lines = stdout.split('\n')
  const caret = lines.findLast(
    (line, at) => /^ +\| .*\^$/.test(line) && (lines[at - 1] ?? '').includes('zebra'),
  )
  expect(lines[lines.indexOf(caret ?? '') - 1]?.slice((caret ?? '').indexOf('^'))).toMatch(
    /^DROP TABLE zebra;/,
  )
})
