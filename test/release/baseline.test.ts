import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { createScene, type Scene } from '../support/scene.js'

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int);',
  'migrations/2_posts.js': `exports.up = (pgm) => { pgm.createTable('posts', { id: 'id' }) }`,
  'migrations/3_tags.sql': 'CREATE TABLE tags (id int);',
}

/** A database that somebody made by hand: it has what the first two migrations make, and no history. */
async function createOldScene(): Promise<Scene> {
  const scene = await createScene(files)
  await scene.database.query('CREATE TABLE users (id int); CREATE TABLE posts (id int)')
  return scene
}

const hasHistory = async (scene: Scene) => {
  const rows = await scene.database.query(`SELECT FROM pg_class WHERE relname = 'pgmigrations'`)
  return rows.length > 0
}

it('records migrations up to a name as applied and runs none; the next release runs the rest', async () => {
  const scene = await createOldScene()
  const baseline = await scene.release('baseline 2_posts', { HEROKU_APP_NAME: 'chart' })
  expect(baseline).toMatchObject({
    exitCode: 0,
    stdout: `Recorded 2 migrations as applied without running any: 1_users to 2_posts.
1 migration pending, 3_tags first: release migrate runs what is pending.
`,
  })
  expect(await scene.history()).toEqual(['1_users', '2_posts'])
  const migrate = await scene.release('migrate', { HEROKU_APP_NAME: 'chart' })
  expect(migrate.stdout).toContain('1 migration applied (3_tags), 3 in all.')
  expect(await scene.history()).toEqual(['1_users', '2_posts', '3_tags'])
  expect((await scene.release('migrate')).stdout).toContain('Nothing to do: 3 migrations applied')
})

it('marks in the ledger what never ran, and knows its checksums from then on', async () => {
  const scene = await createOldScene()
  await scene.release('baseline 2_posts', { HEROKU_APP_NAME: 'chart' })
  expect(
    await scene.database.query(
      'SELECT history, migration, outcome, attempts, duration_ms FROM release_phase.steps ORDER BY id',
    ),
  ).toEqual([
    { history: 'public.pgmigrations', migration: '1_users', outcome: 'applied', attempts: 0, duration_ms: 0 },
    { history: 'public.pgmigrations', migration: '2_posts', outcome: 'applied', attempts: 0, duration_ms: 0 },
  ])
  const [run] = await scene.database.query('SELECT app, outcome, applied, tool FROM release_phase.runs')
  expect(run).toMatchObject({ app: 'chart', outcome: 'done', applied: 0 })
  expect(run?.['tool']).toMatch(/^release-phase \S+ baseline$/)
  await scene.write('migrations/1_users.sql', 'CREATE TABLE users (id bigint);')
  expect((await scene.release('migrate')).stderr).toContain('1_users was changed after it was applied on')
})

it('is no migration for status: no dyno counts as older than the schema', async () => {
  const scene = await createOldScene()
  await scene.release('baseline 2_posts')
  expect((await scene.release('status')).stdout).toMatch(/^Applied {4}2 in public\.pgmigrations$/m)
  await scene.release('migrate')
  expect((await scene.release('status')).stdout).toMatch(/^Applied {4}3 in public\.pgmigrations, the last /m)
})

it('takes a file name or a path as well, and says in JSON what it did', async () => {
  const scene = await createOldScene()
  const { stdout } = await scene.release('baseline migrations/3_tags.sql --json')
  expect(JSON.parse(stdout)).toMatchObject({ recorded: ['1_users', '2_posts', '3_tags'], pending: [] })
})

it('what it wrote is what node-pg-migrate’s own command goes on from', async () => {
  const scene = await createOldScene()
  await scene.release('baseline 2_posts')
  const { exitCode } = await scene.nodePgMigrate('up').done
  expect(exitCode).toBe(0)
  expect(await scene.history()).toEqual(['1_users', '2_posts', '3_tags'])
})

describe('refuses', () => {
  it('a database that has a history, and leaves that as it is', async () => {
    const scene = await createScene({ 'migrations/1_users.sql': files['migrations/1_users.sql'] })
    await scene.release('migrate')
    await scene.write('migrations/3_tags.sql', files['migrations/3_tags.sql'])
    const result = await scene.release('baseline 3_tags')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: public.pgmigrations names one migration already, so nothing was recorded.',
    )
    expect(await scene.history()).toEqual(['1_users'])
  })

  it('a name that no file has, and no name at all', async () => {
    const scene = await createOldScene()
    const unknown = await scene.release('baseline 2_post')
    expect(unknown.exitCode).toBe(64)
    expect(unknown.stderr).toContain('error: No migration is called 2_post.\n-> Name the last one')
    expect((await scene.release('baseline')).exitCode).toBe(64)
    expect(await hasHistory(scene)).toBe(false)
  })

  it('an empty database, which migrate builds', async () => {
    const scene = await createScene(files)
    const result = await scene.release('baseline 2_posts')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('error: The database is empty')
    expect(await hasHistory(scene)).toBe(false)
  })

  it('a history that stands in another schema', async () => {
    const scene = await createOldScene()
    await scene.database.query(
      `CREATE SCHEMA other; CREATE TABLE other.pgmigrations (id serial, name text, run_on timestamp);
       INSERT INTO other.pgmigrations (name, run_on) VALUES ('1_users', now());
       GRANT ALL ON SCHEMA other TO public; GRANT ALL ON other.pgmigrations TO public`,
    )
    const result = await scene.release('baseline 2_posts')
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain('other.pgmigrations')
  })

  it('the database of another app', async () => {
    const scene = await createOldScene()
    await scene.release('migrate --no-check-order', {
      HEROKU_APP_NAME: 'other',
      RELEASE_MIGRATE_COMMAND: 'true',
    })
    const result = await scene.release('baseline 2_posts', { HEROKU_APP_NAME: 'chart' })
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain('error: Refused: the database belongs to the app other')
    expect(await hasHistory(scene)).toBe(false)
  })

  it('where another migrator keeps the history', async () => {
    const scene = await createOldScene()
    const result = await scene.release('baseline 2_posts', { RELEASE_MIGRATE_COMMAND: 'rails db:migrate' })
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain(
      'error: migrate.command is set, so the history is that of rails db:migrate.',
    )
  })
})

it('writes all of it or nothing', async () => {
  const scene = await createOldScene()
  // A rule of the database that the second row breaks.
  await scene.database.query(
    `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL CHECK (name <> '2_posts'), run_on timestamp NOT NULL);
     ALTER TABLE pgmigrations OWNER TO ${new URL(scene.url).username}`,
  )
  const result = await scene.release('baseline 2_posts')
  expect(result.exitCode).toBe(1)
  expect(await scene.history()).toEqual([])
  expect(await scene.database.query('SELECT FROM release_phase.steps')).toEqual([])
  expect(await scene.database.query('SELECT FROM release_phase.runs')).toEqual([])
})

it('waits for the release that holds the lock, and then finds its history', async () => {
  const scene = await createOldScene()
  const client = await scene.database.connect(scene.url)
  await client.query('SELECT pg_advisory_lock(7241865325823964)')
  const baseline = scene.start('baseline 2_posts')
  await baseline.says('waiting (')
  await client.query(
    `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
     INSERT INTO pgmigrations (name, run_on) VALUES ('1_users', now())`,
  )
  await client.query('SELECT pg_advisory_unlock(7241865325823964)')
  const result = await baseline.done
  expect(result.exitCode).toBe(1)
  expect(await scene.history()).toEqual(['1_users'])
  await eventually(async () => {
    const rows = await scene.database.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
    return rows.length === 0
  }, 'the lock is free')
})
