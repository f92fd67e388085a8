import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../support/root.js'
import { byImport, byRequire, createRecordedApp } from './support.js'

const forms = `
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const client = await pool.connect()
await client.query('SELECT 1 AS text_alone')
await client.query('SELECT $1::int AS with_values', [7])
await client.query({ text: 'SELECT $1::text AS config', values: ['hush-hush'] })
await client.query({ text: 'SELECT $1::text AS config_beside' }, ['hush-hush'])
await client.query({ name: 'by-name', text: 'SELECT $1::bigint AS named', values: [10n] })
await new Promise((done) => client.query('SELECT 2 AS callback', done))
await new Promise((done) => client.query('SELECT $1::int AS values_callback', [3], done))
await new Promise((done) => client.query({ text: 'SELECT 3 AS config_callback' }, done))
const query = new pg.Query('SELECT $1::bool AS query_object', [true])
client.query(query)
await new Promise((done) => query.on('end', done))
const inner = new pg.Query('SELECT 4 AS submittable', () => undefined)
const handlers = ['handleRowDescription', 'handleDataRow', 'handleCommandComplete', 'handleError']
const foreign = Object.fromEntries(handlers.map((name) => [name, inner[name].bind(inner)]))
await new Promise((done) => client.query({
  ...foreign, text: inner.text, values: ['true'], submit: (c) => inner.submit(c), handleReadyForQuery: done }))
client.release()
await pool.query('SELECT 5 AS pool_text')
await pool.query({ text: 'SELECT $1::timestamptz AS pool_config', values: [new Date(0)], name: 'pooled' })
await new Promise((done) => pool.query('SELECT $1::bytea AS pool_callback', [Buffer.from('hush')], done))
await pool.end()
`

const expected = [
  ['SELECT 1 AS text_alone'],
  ['SELECT $1::int AS with_values', ['number']],
  ['SELECT $1::text AS config', ['string']],
  ['SELECT $1::text AS config_beside', ['string']],
  ['SELECT $1::bigint AS named', ['bigint'], 'by-name'],
  ['SELECT 2 AS callback'],
  ['SELECT $1::int AS values_callback', ['number']],
  ['SELECT 3 AS config_callback'],
  ['SELECT $1::bool AS query_object', ['boolean']],
  ['SELECT 4 AS submittable'],
  ['SELECT 5 AS pool_text'],
  ['SELECT $1::timestamptz AS pool_config', ['Date'], 'pooled'],
  ['SELECT $1::bytea AS pool_callback', ['Buffer']],
] as const

test.for([
  ['imported, preloaded by --import', 'app.mjs', `import pg from 'pg'${forms}`, byImport],
  ['imported, preloaded by --require', 'app.mjs', `import pg from 'pg'${forms}`, byRequire],
  ['required', 'app.cjs', `const pg = require('pg')\nvoid (async () => {${forms}})()`, byImport],
  [
    'loaded before the recorder',
    'app.cjs',
    `const pg = require('pg')\nvoid (async () => {${forms}})()`,
    `--require pg ${byRequire}`,
  ],
  [
    'a copy under another name',
    'app.mjs',
    `import pg from './elsewhere/postgres-driver/lib/index.js'${forms}`,
    byImport,
  ],
] as const)('every form of a query is recorded where pg is %s', async ([, file, code, preload]) => {
  const app = await createRecordedApp({ [file]: code })
  await copyPg(app.folder)
  const { exitCode, stderr } = await app.run(file, { preload })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  const recorded = await app.recorded()
  expect(recorded.map(({ text, parameterTypes, name }) => [text, parameterTypes, name])).toEqual(
    expected.map(([text, types, name]) => [text, types, name]),
  )
  const lines = code.split('\n')
  const lineOf = (text: string) => lines.findIndex((line) => line.includes(text)) + 1
  expect(recorded.map(({ site }) => site)).toEqual(
    expected.map(([text]) => `${file}:${lineOf(text) + (sentLater.get(text) ?? 0)}`),
  )
})

/** Those are made on one line and sent some lines further on. */
const sentLater = new Map<string, number>([
  ['SELECT $1::bool AS query_object', 1],
  ['SELECT 4 AS submittable', 3],
])

/** Another copy of pg, whose folder has another name. */
async function copyPg(folder: string): Promise<void> {
  const copy = join(folder, 'elsewhere/postgres-driver')
  await mkdir(copy, { recursive: true })
  await cp(join(root, 'node_modules/pg'), copy, { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'elsewhere/node_modules'))
}

test('a loader of the app’s that supplies the text of CommonJS files does not hide them', async () => {
  const loader = `import { readFileSync } from 'node:fs'
export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (loaded.format !== 'commonjs' || loaded.source != null) return loaded
  return { ...loaded, source: readFileSync(new URL(url)) }
}`
  const app = await createRecordedApp({
    'hook.mjs': `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(loader)}), import.meta.url)`,
    'app.mjs': `import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query('SELECT 1')
await pool.end()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs', { preload: `--import ./hook.mjs ${byImport}` })
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(await app.recorded()).toEqual([{ text: 'SELECT 1', site: 'app.mjs:3' }])
})

test('no value is recorded, and each query once for each place that sends it', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
for (const secret of ['hush-1', 'hush-2']) {
  await client.query('SELECT $1::text AS a', [secret])
  await client.query({ name: secret.slice(0, 4), text: 'SELECT $1::text AS a', values: [secret] })
}
await client.query('SELECT $1::text AS a', ['hush-3'])
await client.query("SELECT 'one', 1"); await client.query("SELECT 'two', 2")
await client.end()`,
  })
  await app.run('app.mjs')
  expect(await app.recorded()).toEqual([
    { text: 'SELECT $1::text AS a', site: 'app.mjs:5', parameterTypes: ['string'] },
    { text: 'SELECT $1::text AS a', name: 'hush', site: 'app.mjs:6', parameterTypes: ['string'] },
    { text: 'SELECT $1::text AS a', site: 'app.mjs:8', parameterTypes: ['string'] },
    { text: "SELECT 'one', 1", site: 'app.mjs:9' },
    { text: "SELECT 'two', 2", site: 'app.mjs:9' },
  ])
})

test('by default the folder keeps itself out of git, and readers other than the owner out', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query('SELECT 1')
await pool.end()`,
  })
  await app.run('app.mjs')
  const folder = join(app.folder, '.release-queries')
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
  expect((await readdir(folder)).toSorted()).toEqual(['.gitignore', expect.stringMatching(/^\d+\.jsonl$/)])
})

test('the package name leads to it, and an app without queries gets no file', async () => {
  const app = await createRecordedApp({ 'app.mjs': "import 'pg'; console.log('fine')" })
  await app.remove('node_modules')
  await mkdir(join(app.folder, 'node_modules'))
  await symlink(root, join(app.folder, 'node_modules/release-phase'))
  await symlink(join(root, 'node_modules/pg'), join(app.folder, 'node_modules/pg'))
  const { stdout, stderr, exitCode } = await app.run('app.mjs', {
    preload: '--import release-phase/record',
  })
  expect([stdout, stderr, exitCode]).toEqual(['fine\n', '', 0])
  expect(await readdir(app.folder)).not.toContain('.release-queries')
})
