import { expect, it } from 'vitest'
import { hold, untilLetGo } from '../support/hold.js'
import type { TestDatabase } from '../support/postgres.js'
import { createScene } from '../support/scene.js'

/** All that stands in the catalogs and in the app's tables, as one text. */
async function picture(database: TestDatabase): Promise<string> {
  const rows = await database.query(`
    SELECT 'schema' AS kind, nspname AS name, '' AS more FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
    UNION ALL SELECT 'relation', oid::regclass::text, relkind || relfilenode FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT 'column', attrelid::regclass::text, attname FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
    UNION ALL SELECT 'function', oid::regprocedure::text, '' FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'setting', setconfig::text, '' FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY 1, 2, 3`)
  const written = await database.query(
    `SELECT relid::regclass::text, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY 1`,
  )
  return JSON.stringify([rows, written])
}

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int);\nINSERT INTO users VALUES (1);',
  'migrations/2_posts.js': `exports.up = (pgm) => { pgm.createTable('posts', { id: 'id' }) }`,
  'migrations/3_index.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON users (id);',
  'migrations/4_asks.js': `exports.up = async (pgm) => {
  pgm.sql('SELECT 1')
  await pgm.db.query('DROP TABLE IF EXISTS precious')
  pgm.sql('SELECT 2')
}`,
  'migrations/5_swallows.js': `exports.up = async (pgm) => {
  await pgm.db.query('DROP TABLE IF EXISTS precious').catch(() => undefined)
  pgm.noTransaction()
  pgm.dropTable('precious')
}`,
}

it('touches nothing in an empty database, and shows the SQL of every pending migration', async () => {
  const scene = await createScene(files)
  await scene.database.query('CREATE TABLE precious (id int)')
  const before = await picture(scene.database)
  const result = await scene.release('plan', { RELEASE_RESTART: 'never' })
  expect(await picture(scene.database)).toBe(before)
  expect(result).toMatchObject({ exitCode: 0, stderr: '' })
  expect(result.stdout).toBe(`1_users (in a transaction)
    CREATE TABLE users (id int);
    INSERT INTO users VALUES (1);

2_posts (in a transaction)
    CREATE TABLE "posts" (
      "id" serial PRIMARY KEY
    );

3_index (outside a transaction, statement by statement)
    -- no-transaction
    CREATE INDEX CONCURRENTLY users_id ON users (id);

4_asks (in a transaction)
    cannot be known ahead: it asks the database (pgm.db) what to do

5_swallows (outside a transaction, statement by statement)
    DROP TABLE "precious";
    cannot be known ahead: it asks the database (pgm.db) what to do

Would not restart: RELEASE_RESTART is never.
5 pending, 0 applied.
`)
})

it('touches nothing after a release either; migrate --dry-run is the same', async () => {
  const scene = await createScene({ 'migrations/1_users.sql': files['migrations/1_users.sql'] })
  await scene.release('migrate')
  await scene.write('migrations/2_more.sql', 'DROP TABLE users;')
  const before = await picture(scene.database)
  const plan = await scene.release('plan')
  const dry = await scene.release('migrate --dry-run')
  expect(await picture(scene.database)).toBe(before)
  expect(dry.stdout).toBe(plan.stdout)
  expect(plan.stdout).toContain('2_more (in a transaction)\n    DROP TABLE users;\n')
  expect(plan.stdout).toMatch(/1 pending, 1 applied\.\n$/)
})

it('runs beside a release that holds the lock, and says that migrate would wait and for whom', async () => {
  const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
  const letGo = await hold(scene.database)
  const release = scene.start('migrate', { HEROKU_APP_NAME: 'chart', DYNO: 'release.1' })
  await release.says('1 pending')
  const plan = await scene.release('plan')
  expect(plan.exitCode).toBe(0)
  expect(plan.stdout).toMatch(/^Would wait for the release lock, held by chart, dyno release\.1 /m)
  await letGo()
  expect((await release.done).exitCode).toBe(0)
})

it('says with 2 what migrate would refuse', async () => {
  const scene = await createScene({
    'migrations/1_a.sql': 'SELECT 1;',
    'migrations/3_c.sql': 'SELECT 3;',
  })
  await scene.release('migrate', { HEROKU_APP_NAME: 'chart' })
  await scene.write('migrations/2_b.sql', 'SELECT 2;')
  const order = await scene.release('plan')
  expect(order.exitCode).toBe(2)
  expect(order.stdout).toContain(
    'Would refuse: 2_b has not run, and 3_c, which comes after it, was applied already',
  )
  const foreign = await scene.release('plan --no-check-order', { HEROKU_APP_NAME: 'other' })
  expect(foreign.exitCode).toBe(2)
  expect(foreign.stdout).toContain('Would refuse: the database belongs to the app chart.')
})

it('says what migrate would skip', async () => {
  const scene = await createScene({ 'migrations/1_a.sql': 'SELECT 1;' })
  const skipped = await scene.release('plan', { RELEASE_SKIP_MIGRATIONS: '1', DATABASE_URL: undefined })
  expect(skipped).toMatchObject({
    exitCode: 0,
    stdout: 'Would skip: RELEASE_SKIP_MIGRATIONS is set. Nothing would be migrated or restarted.\n',
  })
})

it('shows a migration whose code throws or never ends, without failing', async () => {
  const scene = await createScene({
    'migrations/1_throws.js': `exports.up = () => { throw new Error('not here') }`,
    'migrations/2_never.js': 'exports.up = (pgm, run) => {}',
    'migrations/3_good.sql': 'SELECT 3;',
  })
  const result = await scene.release('plan')
  expect(result.exitCode).toBe(0)
  expect(result.stdout).toContain('1_throws (in a transaction)\n    cannot be known ahead: not here\n')
  expect(result.stdout).toContain(
    '2_never (in a transaction)\n    cannot be known ahead: its code did not end within 5 s\n',
  )
  expect(result.stdout).toContain('SELECT 3;')
})
