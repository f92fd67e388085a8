import { build } from 'esbuild'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { root } from '../support/root.js'
import { byImport, createRecordedApp } from './support.js'

test('queries of knex are recorded with the place that waits for them', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import knex from 'knex'
const db = knex({ client: 'pg', connection: process.env.DATABASE_URL })
await db.raw('CREATE TABLE orders (id int, total int)')
const find = async (id) => {
  return await db('orders').where({ id }).select('total')
}
await find(7)
await db.transaction(async (trx) => {
  await trx('orders').insert({ id: 1, total: 2 })
})
await db.destroy()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs')
  expect([exitCode, stderr]).toEqual([0, ''])
  const recorded = await app.recorded()
  expect(recorded).toContainEqual({
    text: 'select "total" from "orders" where "id" = $1',
    site: 'app.mjs:5',
    parameterTypes: ['number'],
  })
  expect(recorded).toContainEqual({
    text: 'insert into "orders" ("id", "total") values ($1, $2)',
    site: 'app.mjs:9',
    parameterTypes: ['number', 'number'],
  })
})

test('queries of drizzle are recorded, with their place where execute() is called', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import { drizzle } from 'drizzle-orm/node-postgres'
import { eq, sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = drizzle(pool)
const orders = pgTable('orders', { id: integer(), total: integer() })
await db.execute(sql\`CREATE TABLE orders (id int, total int)\`)
await db.select().from(orders).where(eq(orders.id, 7))
await db.insert(orders).values({ id: 1, total: 2 }).execute()
await db.transaction(async (tx) => {
  await tx.update(orders).set({ total: 3 })
})
await pool.end()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs')
  expect([exitCode, stderr]).toEqual([0, ''])
  const recorded = await app.recorded()
  expect(recorded.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'select "id", "total" from "orders" where "orders"."id" = $1',
      'update "orders" set "total" = $1',
    ]),
  )
  expect(recorded).toContainEqual({
    text: 'insert into "orders" ("id", "total") values ($1, $2)',
    site: 'app.mjs:10',
    parameterTypes: ['number', 'number'],
  })
})

const twoQueries = `
const pool = record(new pg.Pool({ connectionString: process.env.DATABASE_URL })) && new pg.Pool({ connectionString: process.env.DATABASE_URL })
record(pg)
record(pg)
const client = await pool.connect()
await client.query('SELECT 1 AS bundled')
client.release()
await pool.query('SELECT 2 AS through_the_pool')
await pool.end()
record(undefined)
`

test('a pg that is part of a bundle is recorded once it is handed to record()', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import pg from 'pg'\nimport { record } from 'release-phase/record'\n${twoQueries}`,
  })
  await build({
    entryPoints: [join(app.folder, 'app.mjs')],
    outfile: join(app.folder, 'bundle.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    external: ['pg-native'],
    alias: { 'release-phase/record': join(root, 'dist/record.cjs') },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  const { exitCode, stderr } = await app.run('bundle.mjs', { preload: false })
  expect([exitCode, stderr]).toEqual([0, ''])
  const texts = (await app.recorded()).map(({ text }) => text)
  expect(new Set(texts)).toEqual(new Set(['SELECT 1 AS bundled', 'SELECT 2 AS through_the_pool']))
})

test('lines are those of the source where the process knows its source maps', async () => {
  const app = await createRecordedApp({
    'app.ts': `import pg from 'pg'
interface Row {
  readonly a: number
}
type Unused = Row
const client = new pg.Client(process.env['DATABASE_URL'])
await client.connect()
await client.query<Row>('SELECT 1 AS a')
await client.end()
export type { Unused }`,
  })
  await build({
    entryPoints: [join(app.folder, 'app.ts')],
    outfile: join(app.folder, 'dist/app.mjs'),
    format: 'esm',
    sourcemap: true,
    logLevel: 'error',
  })
  await app.run('dist/app.mjs', { preload: `${byImport} --enable-source-maps` })
  expect(await app.recorded()).toEqual([{ text: 'SELECT 1 AS a', site: 'app.ts:8' }])
})

const byPostgresJs = `
await sql\`SELECT \${7}::int AS tagged, \${new Date(0)}::timestamptz AS at\`
await sql.unsafe('SELECT 1 AS by_text')
await sql.begin(async (inner) => {
  await inner\`SELECT \${'hush'}::text AS in_transaction\`
})
let failure
try { await sql\`SELECT nope\` } catch (error) { failure = [error.code, error.query, Object.keys(error)] }
const cursor = []
for await (const rows of sql\`SELECT generate_series(1, 3) AS n\`.cursor(2)) cursor.push(rows.length)
console.log(JSON.stringify([failure, cursor, (await sql\`SELECT 2 AS last\`.simple())[0]]))
await sql.end()
`
const required = `const postgres = require('postgres')
const sql = postgres(process.env.DATABASE_URL)
void (async () => {${byPostgresJs}})()`

test('queries of postgres.js are recorded with the types that it declares, and it goes on as it was', async () => {
  const app = await createRecordedApp({ 'app.cjs': required })
  const { stdout, exitCode } = await app.run('app.cjs')
  const alone = await app.run('app.cjs', { preload: false })
  expect([stdout, exitCode]).toEqual([alone.stdout, 0])
  const recorded = await app.recorded()
  expect(recorded).toContainEqual({
    text: 'SELECT $1::int AS tagged, $2::timestamptz AS at',
    site: 'app.cjs:4',
    // Of a Date it knows the type, of a number the server decides.
    parameterTypes: [0, 1184],
  })
  expect(recorded).toContainEqual({ text: 'SELECT 1 AS by_text' })
  expect(recorded).toContainEqual({
    text: 'SELECT $1::text AS in_transaction',
    site: 'app.cjs:7',
    parameterTypes: [0],
  })
  expect(recorded.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['SELECT nope', 'SELECT generate_series(1, 3) AS n', 'SELECT 2 AS last']),
  )
})

test('postgres.js as an ES module is recorded once it is handed to record()', async () => {
  const app = await createRecordedApp({
    'app.mjs': `import postgres from 'postgres'
import { record } from '${pathToFileURL(join(root, 'dist/record.cjs')).href}'
const sql = record(postgres(process.env.DATABASE_URL))
await sql\`SELECT \${7}::int AS tagged\`
await sql.end()`,
  })
  const { exitCode, stderr } = await app.run('app.mjs', { preload: false })
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(await app.recorded()).toContainEqual({
    text: 'SELECT $1::int AS tagged',
    site: 'app.mjs:4',
    parameterTypes: [0],
  })
})
