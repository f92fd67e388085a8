import { beforeEach, expect, it } from 'vitest'
import type { Client } from 'pg'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeEach(async () => {
  scene = await createScene({ 'migrations/1_users.sql': 'CREATE TABLE users AS SELECT 1 AS id;' })
  await scene.release('migrate')
})

/** A session of the app that uses the table inside a transaction, and its backend's id. */
async function user(): Promise<{ pid: number; client: Client }> {
  const client = await scene.database.connect(scene.url)
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users')
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return { pid: rows[0]?.pid ?? 0, client }
}

const isThere = async (pid: number) =>
  (await scene.database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).length > 0

it('a blocker that is idle in its transaction for too long is ended, and said so', async () => {
  const { pid } = await user()
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const result = await scene.release('migrate', { RELEASE_END_IDLE_BLOCKERS: '1ms' })
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toMatch(
    new RegExp(
      `apply {4}warning: ended a session that was idle in its transaction for .* \\(RELEASE_END_IDLE_BLOCKERS\\): pid ${pid} \\("test", idle in transaction`,
    ),
  )
  expect(await isThere(pid)).toBe(false)
})

it('one that an index build would wait for is ended as well', async () => {
  const { pid } = await user()
  await eventually(
    async () =>
      (
        await scene.database.query(
          `SELECT FROM pg_stat_activity WHERE pid = $1 AND xact_start < clock_timestamp() - interval '1.1 s'`,
          [pid],
        )
      ).length > 0,
    'the transaction is old',
  )
  await scene.write(
    'migrations/2_index.sql',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON users (id);',
  )
  const result = await scene.release('migrate --end-idle-blockers 1ms')
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toContain('ended a session that was idle in its transaction')
  expect(await isThere(pid)).toBe(false)
})

it.each([
  ['is not idle for that long yet', '1h', async ({ client }: { client: Client }) => void client],
  [
    'runs a statement',
    '1ms',
    async ({ client }: { client: Client }) => void client.query(untilLetGo).catch(() => undefined),
  ],
])('a blocker that %s is left alone', async (_, idleFor, act) => {
  const letGo = await hold(scene.database)
  const blocker = await user()
  await act(blocker)
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const release = scene.start(`migrate --end-idle-blockers ${idleFor}`)
  await release.says('blocked by pid')
  expect(await isThere(blocker.pid)).toBe(true)
  await letGo()
  await eventually(
    async () => await blocker.client.query('COMMIT').then(() => true),
    'the blocker ends its transaction',
  )
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr).not.toContain('ended a session')
})

it('without the setting nobody is ended', async () => {
  const { pid } = await user()
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
  const result = await scene.release('migrate --lock-timeout 200ms --lock-retry 300ms')
  expect(result.exitCode).toBe(75)
  expect(await isThere(pid)).toBe(true)
})
