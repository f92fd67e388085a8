import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ReleaseError } from '../../../src/core/errors.js'
import { readQueries } from '../../../src/proof/queries/read.js'
import { createProject } from '../../support/project.js'
import { createScene } from '../../support/scene.js'

async function read(files: Readonly<Record<string, string>>, ...patterns: string[]) {
  const { folder } = await createProject(files)
  const given = patterns.length === 0 ? Object.keys(files) : patterns
  const { queries, notes } = await readQueries(given.map((name) => join(folder, name)))
  const plain = (text: string) => text.replaceAll(`${folder}/`, '')
  return {
    queries: queries.map((query) => ({
      ...query,
      readAt: plain(query.readAt),
      sites: query.sites.map(plain),
    })),
    notes: notes.map(plain),
  }
}

const failing = async (files: Readonly<Record<string, string>>, ...patterns: string[]) => {
  const error: unknown = await read(files, ...patterns).catch((thrown: unknown) => thrown)
  if (!(error instanceof ReleaseError)) throw new Error('nothing was refused', { cause: error })
  return { code: error.code, exitCode: error.exitCode, message: error.message.replace(/ \/\S*\//, ' ') }
}

test('queries of one shape and name are one, with every place that sends them', async () => {
  const { queries } = await read({
    'a.jsonl': [
      '{"text":"SELECT a FROM t WHERE id IN ($1, $2)","site":"a.js:1","parameterTypes":["number","number"]}',
      '{"text":"SELECT a FROM t WHERE id IN ($1)","site":"b.js:2"}',
      '{"text":"select a from t where id in ($1) -- again","site":"a.js:1"}',
      '{"text":"SELECT a FROM t WHERE id IN ($1)","site":"c.js:3","name":"some"}',
      '',
      '{"text":"SELECT a FROM t2 WHERE id IN ($1)"}',
    ].join('\r\n'),
    'b.jsonl': '\uFEFF{"text":"SELECT a FROM t WHERE id IN ($3)","site":"d.js:4"}\n',
  })
  expect(queries).toEqual([
    {
      text: 'SELECT a FROM t WHERE id IN ($1, $2)',
      parameterTypes: ['number', 'number'],
      readAt: 'a.jsonl:1',
      sites: ['a.js:1', 'b.js:2', 'd.js:4'],
    },
    { text: 'SELECT a FROM t WHERE id IN ($1)', name: 'some', readAt: 'a.jsonl:4', sites: ['c.js:3'] },
    { text: 'SELECT a FROM t2 WHERE id IN ($1)', readAt: 'a.jsonl:6', sites: [] },
  ])
})

test('the statements of a .sql file are queries of their lines', async () => {
  const { queries } = await read({
    'report.sql': `-- the first; not two
SELECT 'ä; no end', $1::int;

/* and
   another */ INSERT INTO orders (id)
VALUES ($1)`,
  })
  expect(queries).toEqual([
    { text: "SELECT 'ä; no end', $1::int", readAt: 'report.sql:2', sites: ['report.sql:2'] },
    { text: 'INSERT INTO orders (id)\nVALUES ($1)', readAt: 'report.sql:5', sites: ['report.sql:5'] },
  ])
})

test('patterns stand for files, in folders with a dot too, and a file that two of them name is read once', async () => {
  const line = '{"text":"SELECT 1","site":"a.js:1"}\n'
  const { queries } = await read(
    {
      '.release-queries/1.jsonl': line,
      '.release-queries/2.jsonl': '{"text":"SELECT b"}\n',
      'c [1].sql': 'SELECT c',
    },
    '.release-queries/*.jsonl',
    '.release-queries/1.jsonl',
    'c [1].sql',
  )
  expect(queries.map(({ text }) => text)).toEqual(['SELECT 1', 'SELECT b', 'SELECT c'])
})

test('what a recording has left out, and a last line that breaks off, are noted', async () => {
  const { queries, notes } = await read({
    'a.jsonl': '{"text":"SELECT 1"}\n{"leftOut":"texts of more than 100000 characters"}\n{"text":"SEL',
  })
  expect(queries).toHaveLength(1)
  expect(notes).toEqual([
    'a.jsonl:2 says what the recording left out: texts of more than 100000 characters.',
    'a.jsonl:3 breaks off in the middle, and is left out.',
  ])
})

test.for([
  ['{"text":"SELECT 1"}\n{"text":\n{"text":"SELECT 2"}\n', /^The queries a\.jsonl:2 cannot be read: /],
  ['no JSON', /^The queries a\.jsonl:1 cannot be read: /],
  ['[]\n', /a\.jsonl:1 cannot be read: it is no JSON object\.$/],
  ['{"sql":"SELECT 1"}\n', /a\.jsonl:1 cannot be read: it has no text\.$/],
  ['{"text":7}\n', /it has no text\.$/],
  ['{"text":"SELECT 1","name":7}\n', /its name is no text\.$/],
  ['{"text":"SELECT 1","site":{}}\n', /its site is no text\.$/],
  ['{"text":"SELECT 1","parameterTypes":"int"}\n', /its parameterTypes are no list of names and OIDs\.$/],
] as const)('a line that is no query is named, with what is wrong: %s', async ([text, message]) => {
  expect(await failing({ 'a.jsonl': text })).toEqual({
    code: 'queries-unreadable',
    exitCode: 78,
    message: expect.stringMatching(message),
  })
})

test('a statement that PostgreSQL would not read is named', async () => {
  expect(await failing({ 'a.sql': 'SELECT 1;\nSELEC 2;\n' })).toMatchObject({
    exitCode: 78,
    message: 'The queries a.sql:2 cannot be read: syntax error at or near "SELEC".',
  })
})

test('files that are not there are refused before anything begins', async () => {
  expect(await failing({}, 'none.jsonl')).toMatchObject({ code: 'usage', exitCode: 64 })
  const scene = await createScene({ 'migrations/1_a.sql': 'SELECT 1', 'broken.jsonl': '{"text":\n{}\n' })
  const env = { DATABASE_URL: undefined }
  const missing = await scene.release('check --all --prove --queries *.txt', env)
  expect([missing.exitCode, missing.stderr]).toEqual([64, expect.stringContaining('There is no file *.txt')])
  const broken = await scene.release('check --all --prove --queries broken.jsonl', env)
  expect([broken.exitCode, broken.stderr]).toEqual([
    78,
    expect.stringContaining('The queries broken.jsonl:1'),
  ])
})
