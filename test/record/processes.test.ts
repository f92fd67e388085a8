import { expect, test } from 'vitest'
import { createRecordedApp } from './support.js'

const ask = (text: string) => `
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
await client.query('${text}')
`

test.for([
  ['process.exit', 'process.exit(3)', 3],
  [
    'SIGTERM',
    "process.kill(process.pid, 'SIGTERM'); await new Promise(() => setInterval(() => {}, 1000))",
    143,
  ],
  [
    'SIGKILL',
    "process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000))",
    137,
  ],
  ['an error that nobody catches', "throw new Error('at the end')", 1],
] as const)('nothing is lost when the process ends by %s', async ([, end, status]) => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
${ask('SELECT 1')}
void client.query('SELECT 2')
${end}`,
  })
  const { exitCode } = await app.run('app.mjs')
  expect(exitCode).toBe(status)
  expect((await app.recorded()).map(({ text }) => text)).toEqual(['SELECT 1', 'SELECT 2'])
})

test('worker threads are recorded into the file of their process', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
await once(new Worker(new URL('./worker.mjs', import.meta.url)), 'exit')
${ask('SELECT 1')}
await client.end()`,
    'worker.mjs': `import pg from 'pg'
${ask('SELECT 2')}
await client.end()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(await app.recorded()).toEqual([
    { text: 'SELECT 2', site: 'worker.mjs:5' },
    { text: 'SELECT 1', site: 'app.mjs:8' },
  ])
})

test('workers of a cluster and other processes are recorded, into one file where one is named', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import cluster from 'node:cluster'
import { spawnSync } from 'node:child_process'
import pg from 'pg'
if (cluster.isPrimary) {
  for (let count = 0; count < 4; count++) cluster.fork()
  spawnSync(process.execPath, ['child.mjs'], { stdio: 'inherit' })
} else {
  const client = new pg.Client(process.env.DATABASE_URL)
  await client.connect()
  for (let count = 0; count < 200; count++) await client.query('SELECT 1 AS of_' + process.pid + '_' + count)
  await client.end()
  process.exit()
}`,
    'child.mjs': `import pg from 'pg'
${ask('SELECT 1 AS of_the_child')}
await client.end()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs', { env: { RELEASE_QUERIES_FILE: 'queries.jsonl' } })
  expect([exitCode, stderr]).toEqual([0, ''])
  // Every line is whole, whoever else wrote at the same time.
  const texts = (await app.recorded('queries.jsonl')).map(({ text }) => text)
  expect(texts).toHaveLength(4 * 200 + 1)
  expect(texts).toContain('SELECT 1 AS of_the_child')
})

test('a process that changes its folder goes on writing where it began', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'
process.chdir('migrations')
${ask('SELECT 1')}
await client.end()`,
  })
  await app.run('app.mjs')
  expect(await app.recorded()).toEqual([{ text: 'SELECT 1', site: 'app.mjs:6' }])
})
