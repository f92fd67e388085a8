import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { createScene, type Scene } from '../support/scene.js'

const running = async ({ database }: Scene, query: string) =>
  (
    await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'release-phase%'
       AND query LIKE $1`,
      [query],
    )
  ).length > 0

/** A release that is stopped in its only migration. */
async function stoppedScene(): Promise<Scene> {
  const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
  await hold(scene.database)
  const release = scene.start('migrate')
  await eventually(async () => await running(scene, '%DO $$%'), 'the migration runs')
  release.kill('SIGTERM')
  expect(await release.done).toMatchObject({ exitCode: 143 })
  await scene.write('migrations/1_slow.sql', 'SELECT 1;')
  return scene
}

it('a migration in which an earlier run was stopped after as long as is left now is told of before it begins', async () => {
  const scene = await stoppedScene()
  await scene.database.query('UPDATE release_phase.steps SET duration_ms = 55 * 60000')
  const result = await scene.release('migrate')
  expect(result.stderr).toMatch(
    /^apply {4}warning: 1_slow: an earlier run was stopped in it after 55 min, and the deadline leaves it 5\d min.*; it will probably be stopped again\. By hand it may take longer: release migrate --deadline 3h$/m,
  )
  expect(result.exitCode).toBe(0)
})

it('one that has more time now than when it was stopped is not', async () => {
  const scene = await stoppedScene()
  await scene.database.query('UPDATE release_phase.steps SET duration_ms = 55 * 60000')
  const result = await scene.release('migrate --deadline 3h')
  expect(result.stderr).not.toContain('an earlier run was stopped')
  expect(result.exitCode).toBe(0)
})

it('what would wait for longer than the deadline leaves says so when it begins to wait', async () => {
  const scene = await createScene({ 'migrations/1_users.sql': 'CREATE TABLE users (id int);' })
  await scene.release('migrate')
  await scene.write(
    'migrations/2_index.sql',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON users (id);',
  )
  // Of another role's transaction the age cannot be seen, so it counts at once.
  const other = await scene.database.connect()
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
  const first = scene.start('migrate --deadline 40m --index-wait 2h')
  await first.says(/not begun yet, waiting \(.* of at most 39 min.* that the deadline leaves\) for pid/)
  const second = scene.start('migrate --deadline 40m --lock-wait 2h')
  await second.says(/waiting \(.* of at most 39 min.* that the deadline leaves\) for /)
  second.kill('SIGTERM')
  await other.query('COMMIT')
  expect(await first.done).toMatchObject({ exitCode: 0 })
  expect(await second.done).toMatchObject({ exitCode: 143 })
})

it('a release that is ended while it waits for a table lock names who was in the way', async () => {
  const scene = await createScene({ 'migrations/1_users.sql': 'CREATE TABLE users (id int);' })
  await scene.release('migrate')
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const reader = await scene.database.connect(scene.url)
  await reader.query(`SET application_name = 'web.1 report'; BEGIN; SELECT count(*) FROM users`)
  const release = scene.start('migrate --lock-timeout 10m')
  const looked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
    AND application_name = 'release-phase watch' AND query LIKE '%pg_blocking_pids%'`
  await eventually(async () => (await scene.database.query(looked)).length > 0, 'somebody has looked')
  release.kill('SIGTERM')
  const result = await release.done
  await reader.query('COMMIT')
  expect(result.stderr).toMatch(
    /error: Stopped by SIGTERM\. It was at migrations\/2_email\.sql\.\n {2}blocked by pid \d+ \("web\.1 report", idle in transaction, /,
  )
})
