import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedServer } from '../support/embedded.js'
import { eventually } from '../support/eventually.js'
import { createProject, type Project } from '../support/project.js'
import { startRelease, type Running } from '../support/run-release.js'

// A server whose settings a test may choose: prepared transactions are off by default, and a table counts as old
// only after two hundred million transactions.
let server: EmbeddedServer
let admin: Client
let url: string
let app: Client
let project: Project
let databases = 0

beforeAll(async () => {
  const settings = [
    'max_prepared_transactions=5',
    'autovacuum_freeze_max_age=100000',
    'autovacuum_naptime=1s',
  ]
  server = await startEmbeddedPostgres({ flags: settings.flatMap((setting) => ['-c', setting]) })
  admin = await open(server.url)
  await admin.query(`CREATE ROLE app LOGIN PASSWORD 'app-password'`)
})

afterAll(async () => {
  await admin.end()
  await server.stop()
})

beforeEach(async () => {
  databases += 1
  await admin.query(`CREATE DATABASE app${databases} OWNER app`)
  url = `postgres://app:app-password@127.0.0.1:${server.port}/app${databases}`
  app = await open(url)
  project = await createProject({ 'migrations/1_users.sql': 'CREATE TABLE users AS SELECT 1 AS id;' })
  await start('migrate').done
  return async () => await app.end()
})

async function open(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const start = (words: string): Running =>
  startRelease(words.split(' '), { cwd: project.folder, env: { DATABASE_URL: url } })

const build = '-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON users (id);'

/** Leaves one behind that has done this, and is old enough to be in the way. */
async function prepare(sql: string): Promise<void> {
  await app.query(`BEGIN; ${sql}; PREPARE TRANSACTION 'transfer 7'`)
  await eventually(async () => {
    const old = `SELECT FROM pg_prepared_xacts WHERE prepared < clock_timestamp() - interval '1.1 s'`
    return (await app.query(old)).rowCount === 1
  }, 'the prepared transaction is old')
}

const finish = async () => await app.query(`ROLLBACK PREPARED 'transfer 7'`)

describe('a prepared transaction', () => {
  const named = String.raw`the prepared transaction 'transfer 7' \(of app, .* old, holds ROW EXCLUSIVE on users\), which has no session: COMMIT PREPARED or ROLLBACK PREPARED ends it`

  it('that changed the table is waited for before an index build begins', async () => {
    await prepare('INSERT INTO users VALUES (2)')
    await project.write('migrations/2_index.sql', build)
    const release = start('migrate')
    await release.says(new RegExp(`2_index: not begun yet, waiting .* for ${named}\n`))
    await finish()
    expect(await release.done).toMatchObject({ exitCode: 0 })
  })

  it('that stays makes the build give up with 75, and is named', async () => {
    await prepare('INSERT INTO users VALUES (2)')
    await project.write('migrations/2_index.sql', build)
    const result = await start('migrate --index-wait 700ms').done
    await finish()
    expect(result.exitCode).toBe(75)
    expect(result.stderr).toMatch(new RegExp(`^ {2}${named}$`, 'm'))
  })

  it('that only read the table is not waited for', async () => {
    await prepare('SELECT FROM users')
    await project.write('migrations/2_index.sql', build)
    const result = await start('migrate --index-wait 700ms').done
    await finish()
    expect(result).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('not begun yet') as string,
    })
  })

  it('that keeps a table lock from a migration is named as what blocks it', async () => {
    await prepare('INSERT INTO users VALUES (2)')
    await project.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
    const result = await start('migrate --lock-timeout 4s --lock-retry 1ms').done
    expect(result.exitCode).toBe(75)
    expect(result.stderr).toMatch(new RegExp(`^ {2}blocked by ${named}$`, 'm'))
    const release = start('migrate')
    await release.says(new RegExp(`2_email: no table lock .*; blocked by ${named}\n`))
    await finish()
    expect(await release.done).toMatchObject({ exitCode: 0 })
  })

  it('is guessed where nobody can look', async () => {
    await prepare('INSERT INTO users VALUES (2)')
    await project.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
    await admin.query(`ALTER DATABASE app${databases} CONNECTION LIMIT 2`)
    const result = await start('migrate --lock-timeout 200ms --lock-retry 300ms').done
    await finish()
    expect(result.exitCode).toBe(75)
    expect(result.stderr).toContain(
      `open transactions on tables: the prepared transaction 'transfer 7' (of app, `,
    )
  })
})

it('a vacuum that prevents wraparound, and gives way to nobody, is waited for before an index build begins', async () => {
  await app.query('CREATE TABLE old AS SELECT 1 AS id')
  // Each block with an exception handler uses up a transaction id.
  await app.query(`CREATE TABLE ids (id int); DO $$ BEGIN
    FOR n IN 1..100100 LOOP
      BEGIN INSERT INTO ids VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
    END LOOP;
  END $$`)
  // A cursor keeps hold of a page, and such a vacuum waits for every page.
  await app.query('BEGIN; DECLARE page CURSOR FOR SELECT * FROM old; FETCH FROM page')
  const vacuum = await eventually(async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE query = 'autovacuum: VACUUM public.old (to prevent wraparound)'
       AND xact_start < clock_timestamp() - interval '1.1 s'`,
    )
    return rows[0]
  }, 'autovacuum goes over the table')
  await project.write('migrations/2_index.sql', build.replaceAll('users', 'old'))
  const release = start('migrate')
  await release.says(
    new RegExp(
      `2_index: not begun yet, waiting .* for .*pid ${vacuum.pid} \\(the server’s own, probably autovacuum, .*, holds SHARE UPDATE EXCLUSIVE on old\\)`,
    ),
  )
  await app.query('COMMIT')
  expect(await release.done).toMatchObject({ exitCode: 0 })
})
