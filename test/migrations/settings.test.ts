import { expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

it('files run by number: short indexes first, then times, whether in milliseconds or as a UTC date', async () => {
  // 20240102030405678 is the UTC date 2024-01-02 03:04:05.678, which is 1704164645678.
  const order = ['0001_a', '2_b', '10_c', '1600000000000_d', '20240102030405678_e', '1704164645679_f']
  const scene = await createScene(
    Object.fromEntries(order.map((name) => [`migrations/${name}.sql`, 'SELECT 1;'])),
  )
  expect((await scene.nodePgMigrate('up 3').done).exitCode).toBe(0)
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(order)
  expect((await scene.nodePgMigrate('up').done).stdout).toContain('No migrations to run!')
})

it('the search path holds the schemas of the settings, made where that is asked for', async () => {
  const scene = await createScene({
    'migrations/1_t.sql': 'CREATE TABLE t (id int);',
    'migrations/2_read.sql': '-- no-transaction\nCREATE TABLE u AS SELECT * FROM t;',
  })
  const missing = await scene.release('migrate --schema tenant,shared')
  expect(missing.exitCode).toBe(78)
  expect(missing.stderr).toContain('--create-schema')
  const flags = '--schema tenant,shared --create-schema'
  expect(await scene.release(`migrate ${flags}`)).toMatchObject({ exitCode: 0 })
  expect(await scene.database.query('SELECT name FROM tenant.pgmigrations ORDER BY id')).toEqual([
    { name: '1_t' },
    { name: '2_read' },
  ])
  expect(await scene.database.query('SELECT * FROM tenant.u')).toEqual([])
  expect((await scene.nodePgMigrate('up --schema tenant --schema shared').done).stdout).toContain(
    'No migrations to run!',
  )
})

it('the history table has the name and the schema of the settings, in a file, in camelCase too', async () => {
  const scene = await createScene({
    'release-phase.config.json': JSON.stringify({
      migrate: {
        migrationsTable: 'our "history"',
        'migrations-schema': 'meta',
        createMigrationsSchema: true,
        migrationsDir: 'db/steps',
      },
    }),
    'db/steps/1_t.sql': 'CREATE TABLE t (id int);',
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.database.query('SELECT name FROM meta."our ""history"""')).toEqual([{ name: '1_t' }])
  expect((await scene.release('migrate')).stdout).toBe('Nothing to do: 1 migration applied, none pending.\n')
})

it('globs find files in several folders, and leave out what they are told to', async () => {
  const scene = await createScene({
    'modules/users/1_users.sql': 'CREATE TABLE users (id int);',
    'modules/posts/2_posts.sql': 'CREATE TABLE posts (id int);',
    'modules/posts/3_not.sql': 'SELECT nope;',
    'modules/posts/readme.md': 'no migration',
    'release-phase.config.js': `export default { migrate: {
  useGlob: true, migrationsDir: ['modules/*/*.sql'], ignorePattern: ['**/*_not.sql'] } }`,
    'package.json': '{"type": "module"}',
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_users', '2_posts'])
  expect((await scene.release('migrate')).stdout).toBe('Nothing to do: 2 migrations applied, none pending.\n')
})

it('folders and hidden files are left out; ignore-pattern says what else', async () => {
  const scene = await createScene({
    'migrations/1_t.sql': 'CREATE TABLE t (id int);',
    'migrations/.hidden.sql': 'SELECT nope;',
    'migrations/archive/0_old.sql': 'SELECT nope;',
    'migrations/README.md': 'about',
    'migrations/package.json': '{}',
  })
  const refused = await scene.release('migrate')
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toMatch(
    /error: (README\.md|package\.json) in .* is no migration: its name does not start with a number\./,
  )
  expect(
    await scene.release(String.raw`migrate --ignore-pattern (\..*|README\.md|package\.json)`),
  ).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_t'])
})

it('a lock of its own excludes only those that use the same', async () => {
  const scene = await createScene({ 'migrations/1_t.sql': 'CREATE TABLE t (id int);' })
  const other = await scene.database.connect()
  await other.query('SELECT pg_advisory_lock(-5)')
  const env = { RELEASE_LOCK_WAIT: '100ms' }
  expect((await scene.release('migrate --lock-value=-5', env)).exitCode).toBe(75)
  expect((await scene.release('migrate', env)).exitCode).toBe(0)
})
