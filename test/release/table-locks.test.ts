import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { serverMajor } from '../support/postgres.js'
import { createScene } from '../support/scene.js'

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int);',
}

it('a table lock that is not to be had is tried again, its holder named, and applied once it is free', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect(scene.url)
  await reader.query(`SET application_name = 'web.1 report'`)
  await reader.query('BEGIN')
  await reader.query('SELECT count(*) FROM users')
  const {
    rows: [own],
  } = await reader.query('SELECT pg_backend_pid() AS pid')
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const release = scene.start('migrate', { RELEASE_LOCK_TIMEOUT: '100ms' })
  await release.says(/\(attempt 2\)[^]*blocked by/)
  expect(release.stderr()).toMatch(
    new RegExp(
      `apply {4}warning: 2_email: no table lock within 100 ms \\(attempt \\d+\\), again in .* m?s; blocked by pid ${own.pid} \\("web\\.1 report", idle in transaction, open for .*, holds ACCESS SHARE on users\\): SELECT pg_backend_pid`,
    ),
  )
  // In between nobody queues behind the release.
  expect(await scene.database.query('SELECT count(*)::int AS n FROM users')).toEqual([{ n: 0 }])
  await reader.query('COMMIT')
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toMatch(/apply {4}2_email \(\d+ ms, attempt \d+\)/)
  expect(
    await scene.database.query(
      `SELECT attempts > 2 AS again, lock_wait_ms > 200 AS waited FROM release_phase.steps WHERE migration = '2_email'`,
    ),
  ).toEqual([{ again: true, waited: true }])
})

it('gives up with 75 when the time for that is over, and leaves nothing behind', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect(scene.url)
  await reader.query('BEGIN; SELECT count(*) FROM users')
  await scene.write(
    'migrations/2_email.sql',
    'CREATE TABLE extra (id int);\nALTER TABLE users ADD email text;',
  )
  const result = await scene.release('migrate --lock-timeout 4s --lock-retry 600ms')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toContain('error: migrations/2_email.sql did not get its table lock in 600 ms.')
  expect(result.stderr).toMatch(
    /^ {2}blocked by pid \d+ \("test", idle in transaction, .*holds ACCESS SHARE on users\)/m,
  )
  expect(result.stderr).toContain('2_email was rolled back')
  expect(result.stderr).toContain('heroku pg:kill')
  expect(await scene.database.query(`SELECT to_regclass('extra') AS extra`)).toEqual([{ extra: null }])
  await reader.query('COMMIT')
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
})

it('a holder of another role is named as far as it can be seen', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const other = await scene.database.connect()
  await other.query('BEGIN; SELECT count(*) FROM users')
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const result = await scene.release('migrate --lock-timeout 4s --lock-retry 100ms')
  await other.query('COMMIT')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toMatch(
    /blocked by pid \d+ \(of \w+, what it does cannot be seen by this role, holds ACCESS SHARE on users\)/,
  )
})

it('without a second connection, who may hold the lock is guessed', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect()
  await reader.query('BEGIN; SELECT count(*) FROM users')
  await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT 2`)
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const result = await scene.release('migrate --lock-timeout 500ms --lock-retry 100ms')
  await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT -1`)
  await reader.query('COMMIT')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toMatch(/^ {2}open transactions on tables: pid \d+ .*, on users\)/m)
})

it('a session that queues before it is named for what it is', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect(scene.url)
  await reader.query('BEGIN; SELECT count(*) FROM users')
  const waiter = await scene.database.connect(scene.url)
  const waits = waiter.query('BEGIN; LOCK users').catch(() => undefined)
  await eventually(
    async () =>
      (await scene.database.query(`SELECT FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted`))
        .length > 0,
    'the other one queues',
  )
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const result = await scene.release('migrate --lock-timeout 4s --lock-retry 100ms')
  await reader.query('COMMIT')
  await waits
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toMatch(
    /active, open for .*, waits before it for ACCESS EXCLUSIVE on users\): BEGIN; LOCK users/,
  )
  expect(result.stderr).toMatch(/idle in transaction, open for .*, holds ACCESS SHARE on users\)/)
})

it('an ordinary migration takes one connection alone, and two more where its server needs a leash', async () => {
  const scene = await createScene({
    'migrations/1_count.sql': `CREATE TABLE seen AS SELECT application_name FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'release-phase%'`,
  })
  await scene.release('migrate')
  const connections = (await serverMajor()) >= 14 ? 1 : 3
  expect(await scene.database.query('SELECT count(*)::int AS n FROM seen')).toEqual([{ n: connections }])
})

it('a statement outside a transaction is tried again by itself, and what ran before it is not', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect(scene.url)
  await reader.query('BEGIN; SELECT count(*) FROM users')
  await scene.write(
    'migrations/2_two.sql',
    '-- no-transaction\nCREATE TABLE extra (id int);\nALTER TABLE users ADD email text;',
  )
  const refused = await scene.release('migrate --lock-timeout 50ms --lock-retry 400ms')
  expect(refused.exitCode).toBe(75)
  expect(refused.stderr).toContain('(attempt 1), again in')
  expect(refused.stderr).toContain(
    '2_two ran outside a transaction: its first statement stayed, and the next run goes on after that.',
  )
  const release = scene.start('migrate --lock-timeout 50ms')
  await release.says('(attempt 2)')
  await reader.query('COMMIT')
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr.match(/goes on after its first statement/g)).toHaveLength(1)
  expect(await scene.history()).toEqual(['1_users', '2_two'])
})

it('a deadlock with the app is tried again', async () => {
  const scene = await createScene({
    'migrations/1_users.sql': 'CREATE TABLE users (id int); CREATE TABLE posts (id int);',
  })
  await scene.release('migrate')
  const app = await scene.database.connect()
  await app.query(`SET deadlock_timeout = '10min'; BEGIN; LOCK users`)
  // The migration takes posts and wants users; the app holds users and wants posts.
  await scene.write(
    'migrations/2_both.sql',
    'LOCK posts;\nSELECT pg_sleep(0.3);\nALTER TABLE users ADD a int;',
  )
  const release = scene.start('migrate --lock-timeout 30s')
  const rows = async () =>
    await scene.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%LOCK posts;%' AND pid <> pg_backend_pid() AND wait_event = 'relation'`,
    )
  await eventually(async () => (await rows()).length > 0, 'the migration waits for users')
  await app.query('LOCK posts; COMMIT')
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toContain('(attempt 1), again in')
})
