import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
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
  await reader.query('SELECT pg_sleep(1.1)')
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const release = scene.start('migrate', { RELEASE_LOCK_TIMEOUT: '100ms' })
  await release.says('(attempt 2)')
  expect(release.stderr()).toMatch(
    /apply {4}warning: 2_email: no table lock within 100 ms \(attempt 1\), again in \d+ ms; .*pid \d+ \("web\.1 report", idle in transaction, open for .*, on users\): SELECT pg_sleep/,
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
  await reader.query('SELECT pg_sleep(1.1)')
  await scene.write(
    'migrations/2_email.sql',
    'CREATE TABLE extra (id int);\nALTER TABLE users ADD email text;',
  )
  const result = await scene.release('migrate --lock-timeout 50ms --lock-retry 600ms')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toContain('error: migrations/2_email.sql did not get its table lock in 600 ms.')
  expect(result.stderr).toMatch(/^ {2}open transactions on tables: pid \d+ \("test", /m)
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
  const result = await scene.release('migrate --lock-timeout 50ms --lock-retry 100ms')
  await other.query('COMMIT')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toMatch(/pid \d+ \(of \w+, what it does cannot be seen by this role, on users\)/)
})

it('a statement outside a transaction is tried again only while nothing of its file has run', async () => {
  const scene = await createScene(files)
  await scene.release('migrate')
  const reader = await scene.database.connect(scene.url)
  await reader.query('BEGIN; SELECT count(*) FROM users')
  await scene.write(
    'migrations/2_two.sql',
    '-- no-transaction\nCREATE TABLE extra (id int);\nALTER TABLE users ADD email text;',
  )
  const result = await scene.release('migrate --lock-timeout 50ms')
  await reader.query('COMMIT')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toContain('2_two ran outside a transaction: its first 1 statement stayed')
  expect(result.stderr).not.toContain('(attempt 2)')
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
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LOCK posts%' AND wait_event = 'relation'`,
    )
  await eventually(async () => (await rows()).length > 0, 'the migration waits for users')
  await app.query('LOCK posts; COMMIT')
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toContain('(attempt 1), again in')
})
