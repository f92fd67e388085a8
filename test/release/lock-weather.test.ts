import { beforeEach, expect, it } from 'vitest'
import type { Client } from 'pg'
import { eventually } from '../support/eventually.js'
import { hold, slowFunction } from '../support/hold.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeEach(async () => {
  scene = await createScene({
    'migrations/1_users.sql': `${slowFunction} CREATE TABLE other (id int); CREATE TABLE users AS SELECT 1 AS id;
      CREATE INDEX users_old ON users (id); ALTER TABLE users ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;`,
  })
  await scene.release('migrate')
})

const build = '-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON users (until_let_go(id));'

/** A transaction that is older than a second, and its backend's id. */
async function oldTransaction(sql: string, url?: string): Promise<{ pid: number; client: Client }> {
  const client = await scene.database.connect(url)
  await client.query(`SET application_name = 'web.1 report'; BEGIN ISOLATION LEVEL REPEATABLE READ; ${sql}`)
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const pid = rows[0]?.pid ?? 0
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
  return { pid, client }
}

const index = async () =>
  await scene.database.query(
    `SELECT indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = 'users_id'`,
  )

it('an index build does not begin before old transactions anywhere in the database are over', async () => {
  const { pid, client } = await oldTransaction('SELECT count(*) FROM other', scene.url)
  await scene.write('migrations/2_index.sql', build)
  const release = scene.start('migrate')
  await release.says('not begun yet')
  expect(release.stderr()).toMatch(
    new RegExp(
      `apply {4}2_index: not begun yet, waiting \\(.* of at most 30 min\\) for pid ${pid} \\("web\\.1 report", idle in transaction, open for .*\\): SELECT pg_backend_pid`,
    ),
  )
  expect(await index()).toEqual([])
  await client.query('COMMIT')
  const result = await release.done
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toMatch(/2_index: begins after /)
  expect(await index()).toEqual([{ valid: true }])
})

it('a build that waits gives up with 75 when that lasts too long, names them, and leaves nothing half built', async () => {
  const { pid, client } = await oldTransaction('SELECT 1')
  await scene.write('migrations/2_index.sql', build)
  const result = await scene.release('migrate --index-wait 700ms')
  expect(result.exitCode).toBe(75)
  expect(result.stderr).toContain('error: Old transactions were open for all of the 700 ms')
  expect(result.stderr).toMatch(
    new RegExp(`pid ${pid} \\(of \\w+, what it does cannot be seen by this role\\)`),
  )
  expect(result.stderr).toContain(
    'Nothing was applied before it; 2_index ran outside a transaction: none of its statements stayed.',
  )
  expect(await index()).toEqual([])
  await client.query('COMMIT')
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
})

it('transactions that come later are not waited for; the build says how far it is, and names them', async () => {
  const first = await oldTransaction('SELECT 1', scene.url)
  await scene.write('migrations/2_index.sql', build)
  const letGo = await hold(scene.database)
  const release = scene.start('migrate')
  await release.says('not begun yet')
  const second = await oldTransaction('SELECT 2', scene.url)
  await first.client.query('COMMIT')
  await release.says(/2_index: building index: scanning table.* \(\d/)
  await letGo()
  await release.says(/2_index: waiting for old snapshots, 0 % \(.*\); blocked by pid/)
  expect(release.stderr()).toMatch(
    new RegExp(`blocked by pid ${second.pid} \\("web\\.1 report", idle in transaction`),
  )
  await second.client.query('COMMIT')
  expect((await release.done).exitCode).toBe(0)
  expect(await index()).toEqual([{ valid: true }])
})

it('dropping an index waits for those who use its table, and for nobody else', async () => {
  await oldTransaction('SELECT 1', scene.url)
  const { pid, client } = await oldTransaction('SELECT count(*) FROM users', scene.url)
  await scene.write('migrations/2_index.sql', '-- no-transaction\nDROP INDEX CONCURRENTLY users_old;')
  const release = scene.start('migrate')
  await release.says(/not begun yet.* for pid/)
  expect(release.stderr()).toMatch(new RegExp(`for pid ${pid} \\([^;]*holds ACCESS SHARE on users\\)[^;]*\n`))
  await client.query('COMMIT')
  expect((await release.done).exitCode).toBe(0)
})

const validate = 'ALTER TABLE users VALIDATE CONSTRAINT positive;'

it.each([
  ['outside a transaction', '2_validate.sql', `-- no-transaction\n${validate}`],
  ['in a transaction', '2_validate.sql', `CREATE TABLE more (id int); ${validate}`],
  ['in the transaction of code', '2_validate.js', `exports.up = (pgm) => pgm.sql('${validate}')`],
])(
  'validating a constraint %s waits for those who change the table, not for those who use it',
  async (_, file, text) => {
    await oldTransaction('SELECT count(*) FROM users', scene.url)
    const { pid, client } = await oldTransaction('LOCK users IN SHARE UPDATE EXCLUSIVE MODE', scene.url)
    await scene.write(`migrations/${file}`, text)
    const release = scene.start('migrate')
    await release.says(/not begun yet.* for pid/)
    expect(release.stderr()).toMatch(
      new RegExp(`for pid ${pid} \\([^;]*holds SHARE UPDATE EXCLUSIVE on users\\)[^;]*\n`),
    )
    expect(await openTransactions()).toEqual([])
    await client.query('COMMIT')
    const result = await release.done
    expect(result.exitCode).toBe(0)
    expect(result.stderr).not.toContain('no table lock')
    expect(await scene.database.query('SELECT convalidated FROM pg_constraint')).toContainEqual({
      convalidated: true,
    })
  },
)

const openTransactions = async () =>
  await scene.database.query(
    `SELECT state FROM pg_stat_activity WHERE application_name = 'release-phase'
     AND datname = current_database() AND state LIKE 'idle in transaction%'`,
  )

it('the time for which it was patient is no part of the time that there is for table locks', async () => {
  const { client } = await oldTransaction('LOCK users IN SHARE UPDATE EXCLUSIVE MODE', scene.url)
  const next = await scene.database.connect(scene.url)
  const queued = next.query('BEGIN; LOCK users IN SHARE UPDATE EXCLUSIVE MODE')
  await scene.write('migrations/2_validate.sql', validate)
  const release = scene.start('migrate --lock-retry 4s --lock-timeout 200ms')
  await release.says('not begun yet')
  await eventually(async () => {
    const long = `SELECT FROM release_phase.runs WHERE outcome = 'running' AND started_at < now() - interval '4 s'`
    return (await scene.database.query(long)).length > 0
  }, 'it has waited for longer than that')
  await client.query('COMMIT')
  await queued
  await release.says('no table lock within 200 ms (attempt 1)')
  await next.query('COMMIT')
  expect((await release.done).exitCode).toBe(0)
})

it('stopped while it waits, it ends at once', async () => {
  await oldTransaction('SELECT 1', scene.url)
  await scene.write('migrations/2_index.sql', build)
  const release = scene.start('migrate')
  await release.says('not begun yet')
  release.kill('SIGTERM')
  expect((await release.done).exitCode).toBe(143)
  expect(await index()).toEqual([])
})
