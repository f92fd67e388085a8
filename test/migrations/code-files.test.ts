import { expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

const step = (number: number) => `pgm.sql("INSERT INTO t VALUES (${number})")`

it('js, cjs, mjs, ts, cts and mts files run in the order of their numbers', async () => {
  const scene = await createScene({
    'package.json': '{"name": "app"}',
    'migrations/1_t.sql': 'CREATE TABLE t (step int, at serial);',
    'migrations/2_js.js': `exports.up = (pgm) => { ${step(2)} }`,
    'migrations/3_cjs.cjs': `module.exports = { up: async (pgm) => { ${step(3)} } }`,
    'migrations/4_mjs.mjs': `export const up = (pgm) => { ${step(4)} }`,
    'migrations/5_esm.js': `export async function up(pgm) { ${step(5)} }\nexport const down = false`,
    'migrations/6_ts.ts': `import type { MigrationBuilder } from 'node-pg-migrate'\nimport { PgLiteral } from 'node-pg-migrate'\nimport { value } from './.lib/value.ts'\nexport async function up(pgm: MigrationBuilder): Promise<void> { if (PgLiteral) pgm.sql(\`INSERT INTO t VALUES (\${value})\`) }`,
    'migrations/.lib/value.ts': 'export const value: number = 6',
    'migrations/7_cts.cts': `exports.up = (pgm: { sql(text: string): void }) => { ${step(7)} }`,
    'migrations/8_mts.mts': `export const up = (pgm: { sql(text: string): void }): void => { ${step(8)} }`,
    'migrations/9_default.mjs': `export default { up: (pgm) => { ${step(9)} } }`,
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  const rows = await scene.database.query<{ step: number }>('SELECT step FROM t ORDER BY at')
  expect(rows.map((row) => row.step)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
})

it('noTransaction, pgm.db, callbacks and shorthands work as they do in node-pg-migrate', async () => {
  const scene = await createScene({
    'migrations/1_short.js': `exports.shorthands = { key: { type: 'int', primaryKey: true } }
exports.up = (pgm) => { pgm.createTable('users', { id: 'key', name: 'text' }) }`,
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  await scene.write(
    'migrations/2_uses.js',
    `exports.up = (pgm) => { pgm.createTable('posts', { id: 'key' }) }`,
  )
  await scene.write(
    'migrations/3_concurrent.js',
    `exports.up = (pgm) => {
  pgm.noTransaction()
  pgm.createIndex('users', 'name', { concurrently: true })
  pgm.sql('CREATE INDEX CONCURRENTLY one ON users (id); CREATE INDEX CONCURRENTLY two ON users (id)')
}`,
  )
  await scene.write(
    'migrations/4_select.js',
    `exports.up = async (pgm) => {
  await pgm.db.query('INSERT INTO users VALUES ($1, $2)', [1, 'one'])
  await pgm.db.query({ text: 'INSERT INTO users VALUES ($1, $2)', values: [2, 'two'] })
  const rows = await pgm.db.select('SELECT name FROM users ORDER BY id')
  const result = await pgm.db.query('SELECT count(*)::int AS n FROM users')
  for (const { name } of rows) pgm.sql("INSERT INTO posts VALUES (" + name.length + result.rows[0].n + rows.indexOf(rows.find((r) => r.name === name)) + ")")
}`,
  )
  await scene.write(
    'migrations/5_callback.js',
    `exports.up = (pgm, run) => { setTimeout(() => { pgm.sql('CREATE TABLE called ()'); run() }, 20) }`,
  )
  await scene.write(
    'migrations/6_func.js',
    `exports.up = (pgm) => {
  pgm.createTable({ schema: 'public', name: 'odd' }, { at: { type: 'timestamp', default: pgm.func('now()') } }, { ifNotExists: true })
  pgm.sql('ALTER TABLE {table} ADD more int', { table: 'odd' })
}`,
  )
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual([
    '1_short',
    '2_uses',
    '3_concurrent',
    '4_select',
    '5_callback',
    '6_func',
  ])
  expect(await scene.database.query('SELECT id FROM posts ORDER BY 1')).toEqual([{ id: 320 }, { id: 321 }])
  expect(await scene.database.query(`SELECT to_regclass('called')::text AS called`)).toEqual([
    { called: 'called' },
  ])
})

it('a callback that is never called ends with the deadline', async () => {
  const scene = await createScene({
    'migrations/1_never.js': 'exports.up = (pgm, run) => { pgm.sql("SELECT 1") }',
  })
  const result = await scene.release('migrate --deadline 12s')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('error: The deadline of 12 s passed. It was at migrations/1_never.js.')
  expect(result.stderr).toContain('1_never was rolled back')
  expect(await scene.history()).toEqual([])
})

it('a deadline that passes while the judge waits for such a callback is no success', async () => {
  const scene = await createScene({
    'migrations/1_never.js': 'exports.up = (pgm, run) => { pgm.sql("SELECT 1") }',
  })
  const result = await scene.release('migrate --deadline 2s')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('error: The deadline of 2 s passed.')
})

it('decamelize writes names of code in snake_case', async () => {
  const scene = await createScene({
    'migrations/1_t.js': `exports.up = (pgm) => { pgm.createTable('bigTable', { someColumn: 'int' }) }`,
  })
  expect(await scene.release('migrate --decamelize')).toMatchObject({ exitCode: 0 })
  expect(await scene.database.query('SELECT some_column FROM big_table')).toEqual([])
})

it('path aliases of tsconfig.json are followed where that is asked for', async () => {
  const scene = await createScene({
    'tsconfig.json': '{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}}',
    'lib/name.ts': `export const name: string = 'aliased'`,
    'migrations/1_t.ts': `import { name } from '@lib/name'\nexport const up = (pgm: any) => { pgm.sql('CREATE TABLE ' + name + ' ()') }`,
  })
  expect((await scene.release('migrate')).exitCode).toBe(1)
  expect(await scene.release('migrate --tsconfig-paths true')).toMatchObject({ exitCode: 0 })
})
