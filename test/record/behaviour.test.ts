import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { byImport, createRecordedApp, type RecordedApp } from './support.js'

/** An app that tells everything that it can see of its driver, and ends by an error that nobody has caught. */
const observant = `import pg from 'pg'
const told = []
const tell = (...words) => told.push(words)
const client = new pg.Client(process.env.DATABASE_URL)
const { query } = pg.Client.prototype
tell(query.name, query.length, pg.Pool.prototype.query.name, pg.Pool.prototype.query.length)
tell(Object.keys(pg.Client.prototype), Object.keys(pg), Object.keys(globalThis).length)
tell(Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query').enumerable)
await client.connect()
const promise = client.query('SELECT 1 AS a')
tell(promise instanceof Promise, (await promise).rows)
await new Promise((done) => {
  const returned = client.query('SELECT 2 AS b', function (error, result) {
    tell('callback', error, result.rows, this === undefined, arguments.length)
    done()
  })
  tell('called', returned)
})
const object = new pg.Query('SELECT 3 AS c')
tell(client.query(object) === object)
await new Promise((done) => object.on('end', done))
for (const wrong of [null, undefined, 5, {}, { text: 7 }, { get text() { throw new Error('no text') } }]) {
  try { tell((await client.query(wrong)).rows) } catch (error) { tell(error.name, error.message) }
}
try { await client.query('SELECT $1::int', 'not an array') } catch (error) { tell(error.message) }
try { await client.query('SELECT nope') } catch (error) { tell(error.code, error.message, Object.keys(error)) }
const order = []
const first = client.query('SELECT 4').then(() => order.push('query'))
queueMicrotask(() => order.push('microtask'))
process.nextTick(() => order.push('tick'))
order.push('now')
await first
tell(order)
Error.prepareStackTrace = (error, frames) => 'the app’s own: ' + frames.length
tell(new Error('x').stack)
await client.query('SELECT 5')
tell(new Error('x').stack, Error.stackTraceLimit)
Error.stackTraceLimit = 3
await client.query('SELECT 6')
tell(Error.stackTraceLimit)
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
tell((await pool.query({ text: 'SELECT $1::int AS d', values: [1] })).rows)
await new Promise((done) => tell(pool.query('SELECT 7 AS e', (error, { rows }) => done(tell(rows)))))
await pool.end()
await client.end()
try { await client.query('SELECT 8') } catch (error) { tell(error.message) }
process.on('exit', (code) => console.log(JSON.stringify([told, code])))
void Promise.reject(new Error('nobody catches this'))
`

/** What the process showed, but for warnings with its own number. */
async function seen(app: RecordedApp, options: Parameters<RecordedApp['run']>[1]) {
  const { exitCode, stdout, stderr } = await app.run('app.mjs', options)
  const [line = ''] = stdout.split('\n')
  return { exitCode, told: JSON.parse(line) as unknown, stderr }
}

const complaint = /^release-phase\/record: the queries of this process are recorded no more: .*\n/gm

test('an app cannot tell whether it is recorded', async () => {
  const app = await createRecordedApp({ 'app.mjs': observant })
  const alone = await seen(app, { preload: false })
  const recorded = await seen(app, { preload: byImport })
  expect(alone.exitCode).toBe(1)
  expect(recorded.told).toEqual(alone.told)
  expect(recorded.exitCode).toBe(alone.exitCode)
  expect(recorded.stderr).toContain('nobody catches this')
  expect(recorded.stderr).not.toMatch(complaint)
  expect((await app.recorded()).length).toBeGreaterThan(8)
})

test('what stands in the way of the file is said in one line, and the app goes on as it was', async () => {
  const app = await createRecordedApp({ 'app.mjs': observant, 'a-file': '' })
  await mkdir(join(app.folder, 'a-folder'))
  const alone = await seen(app, { preload: false })
  // /dev/full is a disk that is always full. https://man7.org/linux/man-pages/man4/full.4.html
  const places = ['a-folder', 'a-file/queries.jsonl', 'missing/queries.jsonl']
  for (const place of [...places, ...(process.platform === 'linux' ? ['/dev/full'] : [])]) {
    const recorded = await seen(app, { env: { RELEASE_QUERIES_FILE: place } })
    expect([place, recorded.told]).toEqual([place, alone.told])
    expect([place, recorded.exitCode]).toEqual([place, alone.exitCode])
    expect([place, recorded.stderr.match(complaint)]).toEqual([place, [expect.anything()]])
  }
})

test('with stderr closed as well, the app goes on as it was', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
import { closeSync } from 'node:fs'
closeSync(2)
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
console.log((await client.query('SELECT 1 AS a')).rows)
await client.end()`,
  })
  const { exitCode, stdout } = await app.run('app.mjs', { env: { RELEASE_QUERIES_FILE: 'missing/q.jsonl' } })
  expect([exitCode, stdout]).toEqual([0, '[ { a: 1 } ]\n'])
})

test('a file that is removed or turned meanwhile is begun anew', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
import { rmSync } from 'node:fs'
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
await client.query('SELECT 1 AS before')
rmSync('queries.jsonl')
await client.query('SELECT 1 AS after')
await client.end()`,
  })
  const { stderr } = await app.run('app.mjs', { env: { RELEASE_QUERIES_FILE: 'queries.jsonl' } })
  expect(stderr).toBe('')
  expect((await app.recorded('queries.jsonl')).map(({ text }) => text)).toEqual(['SELECT 1 AS after'])
})

test('a recording goes on behind what an earlier one has written', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
await client.query('SELECT 1')
await client.end()`,
  })
  await writeFile(join(app.folder, 'queries.jsonl'), '{"text":"SELECT 0"}\n')
  await app.run('app.mjs', { env: { RELEASE_QUERIES_FILE: 'queries.jsonl' } })
  expect((await readFile(join(app.folder, 'queries.jsonl'), 'utf8')).split('\n')).toEqual([
    '{"text":"SELECT 0"}',
    '{"text":"SELECT 1","site":"app.mjs:4"}',
    '',
  ])
})
