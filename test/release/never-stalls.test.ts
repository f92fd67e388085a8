import { beforeEach, expect, it } from 'vitest'
import type { Client } from 'pg'
import { eventually } from '../support/eventually.js'
import { hold, slowFunction } from '../support/hold.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeEach(async () => {
  scene = await createScene({
    'migrations/1_users.sql': `${slowFunction} CREATE TABLE users AS SELECT 1 AS id;`,
  })
  await scene.release('migrate')
  await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD email text;')
})

/** A reader whose query goes on until the test lets it go, and its backend's id. */
async function slowReader(): Promise<{ pid: number; ends: Promise<unknown> }> {
  const client = await scene.database.connect(scene.url)
  await client.query(`SET application_name = 'web.1 report'`)
  const pid = await pidOf(client)
  const ends = client.query('SELECT until_let_go(id) FROM users')
  await eventually(async () => (await locks(pid, true)).length > 0, 'the reader reads')
  return { pid, ends }
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid ?? 0
}

const locks = async (pid: number, granted: boolean) =>
  await scene.database.query(
    `SELECT FROM pg_locks WHERE pid = $1 AND relation = 'users'::regclass AND granted = $2`,
    [pid, granted],
  )

const queued = `SELECT FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`

it('a reader that comes while a migration waits for a long SELECT is let through long before that ends, and the migration is applied then', async () => {
  const letGo = await hold(scene.database)
  const slow = await slowReader()
  const release = scene.start('migrate --lock-timeout 3s')
  await eventually(
    async () => (await scene.database.query(queued)).length > 0,
    'the migration waits for its lock',
    30_000,
  )
  const second = await scene.database.connect(scene.url)
  const secondPid = await pidOf(second)
  // One that comes between two attempts is answered at once; one of the next meets the queue.
  for (let hasWaited = false; !hasWaited;) {
    const answered = second.query('SELECT count(*) FROM users')
    const waits = eventually(async () => (await locks(secondPid, false)).length > 0, 'it waits', 2000)
    hasWaited = await Promise.race([waits.catch(() => false), answered.then(() => false)])
    await answered
    await waits.catch(() => undefined)
  }
  // All of them were answered, and the long SELECT still goes on.
  expect(await locks(slow.pid, true)).toHaveLength(1)
  await release.says('blocked by')
  expect(release.stderr()).toMatch(
    new RegExp(
      `2_email: no table lock within 3 s .*; blocked by pid ${slow.pid} \\("web\\.1 report", active, open for .*, holds ACCESS SHARE on users\\): SELECT until_let_go`,
    ),
  )
  await letGo()
  await slow.ends
  expect(await release.done).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_users', '2_email'])
})

it('a blocker that never ends makes it give up with 75, and stands in the last lines', async () => {
  const letGo = await hold(scene.database)
  const slow = await slowReader()
  const result = await scene.release('migrate --lock-timeout 2s --lock-retry 600ms')
  expect(result.exitCode).toBe(75)
  expect(result.stderr.trimEnd().split('\n').slice(-4).join('\n')).toMatch(
    new RegExp(
      `^error: migrations/2_email\\.sql did not get its table lock in 600 ms\\.\n {2}blocked by pid ${slow.pid} \\("web\\.1 report", active, `,
    ),
  )
  expect(result.stderr).toContain('2_email was rolled back')
  await letGo()
  await slow.ends
})
