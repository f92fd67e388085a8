import { describe, expect, it } from 'vitest'
import { createScene, type Scene } from '../support/scene.js'

const tables = async (scene: Scene) => {
  const rows = await scene.database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

const steps = async (scene: Scene) =>
  await scene.database.query('SELECT migration, outcome FROM release_phase.steps ORDER BY id')

const settings = (command: string) => ({
  'release-phase.config.json': JSON.stringify({ migrate: { command } }),
})

describe('knex', () => {
  const command = 'node_modules/.bin/knex --knexfile knexfile.cjs migrate:latest'
  const files = {
    ...settings(command),
    'knexfile.cjs': `module.exports = {
  client: 'pg',
  connection: process.env.DATABASE_URL,
  migrations: { directory: './changes', extension: 'cjs', loadExtensions: ['.cjs'] },
}`,
    'changes/20260101_charts.cjs': `exports.up = (knex) => knex.schema.createTable('charts', (t) => { t.increments() })
exports.down = () => undefined`,
  }

  it('migrates under the lock, and again with nothing to do', async () => {
    const scene = await createScene(files)
    const first = await scene.release('migrate')
    expect(first).toMatchObject({ exitCode: 0 })
    expect(first.stderr).toMatch(/^apply {4}Batch 1 run: 1 migrations/m)
    expect(await tables(scene)).toEqual(['charts', 'knex_migrations', 'knex_migrations_lock'])
    const second = await scene.release('migrate')
    expect(second.stderr).toMatch(/^apply {4}Already up to date/m)
    expect(await steps(scene)).toEqual([
      { migration: command, outcome: 'applied' },
      { migration: command, outcome: 'applied' },
    ])
  })

  it('fails as it fails: its words are in the error, and the release is stopped', async () => {
    const scene = await createScene({
      ...files,
      'changes/20260102_bad.cjs': `exports.up = (knex) => knex.schema.raw('ALTER TABLE chart ADD x int')
exports.down = () => undefined`,
    })
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(`error: ${command} failed with exit status 1.`)
    expect(result.stderr.split('error: ').at(-1)).toContain('relation "chart" does not exist')
    expect(await steps(scene)).toEqual([{ migration: command, outcome: 'failed' }])
  })
})

const journal = (tags: readonly string[]) =>
  JSON.stringify({
    version: '7',
    dialect: 'postgresql',
    entries: tags.map((tag, idx) => ({
      idx,
      version: '7',
      when: 1790000000000 + idx,
      tag,
      breakpoints: true,
    })),
  })

describe('drizzle', () => {
  const files = {
    ...settings('node migrate.mjs'),
    'migrate.mjs': `import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await migrate(drizzle(pool), { migrationsFolder: 'drizzle' })
await pool.end()
console.log('drizzle is done')`,
    'drizzle/0000_charts.sql':
      'CREATE TABLE charts (id int);\n--> statement-breakpoint\nCREATE TABLE pies (id int);',
  }

  it('migrates under the lock, and two at once apply each migration once', async () => {
    const scene = await createScene({
      ...files,
      'drizzle/meta/_journal.json': journal(['0000_charts']),
    })
    const both = await Promise.all([scene.release('migrate'), scene.release('migrate')])
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(both[0].stderr).toMatch(/^apply {4}drizzle is done$/m)
    expect(await tables(scene)).toEqual(['charts', 'pies'])
    expect(await scene.database.query('SELECT count(*)::int AS n FROM drizzle.__drizzle_migrations')).toEqual(
      [{ n: 1 }],
    )
    expect((await steps(scene)).map(({ outcome }) => outcome as string)).toEqual(['applied', 'applied'])
  })

  it('fails as it fails', async () => {
    const scene = await createScene({
      ...files,
      'drizzle/0001_bad.sql': 'ALTER TABLE chart ADD x int;',
      'drizzle/meta/_journal.json': journal(['0000_charts', '0001_bad']),
    })
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('error: node migrate.mjs failed with exit status 1.')
    expect(result.stderr).toContain('relation "chart" does not exist')
    expect(await tables(scene)).toEqual([])
  })
})
