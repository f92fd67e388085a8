import { beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, slowFunction } from '../support/hold.js'
import { createAppDatabase, createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeEach(async () => {
  scene = await createScene({
    'migrations/1_users.sql': `${slowFunction} CREATE SCHEMA "Odd"; CREATE TABLE "Odd"."Users" (id int);`,
  })
  await scene.release('migrate')
})

const indexes = async () =>
  await scene.database.query<{ name: string; valid: boolean }>(
    `SELECT c.relname AS name, indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
     WHERE indrelid = '"Odd"."Users"'::regclass ORDER BY 1`,
  )

/** Starts a release whose index build waits for an older snapshot, and ends that release by a signal. */
async function interrupt(sql: string, signal: NodeJS.Signals): Promise<void> {
  await scene.database.query(`INSERT INTO "Odd"."Users" VALUES (1)`)
  await scene.write('migrations/2_index.sql', `-- no-transaction\n${sql};`)
  const letGo = await hold(scene.database)
  const release = scene.start('migrate')
  await eventually(async () => (await indexes()).length > 0, 'the index build has begun')
  const reader = await scene.database.connect()
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
  await letGo()
  await eventually(
    async () =>
      (
        await scene.database.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'`,
        )
      ).length > 0,
    'the index build waits for the reader',
  )
  release.kill(signal)
  await release.done
  // The server notices within a second or two that nobody listens any more.
  await eventually(
    async () =>
      (
        await scene.database.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'release-phase%'`,
        )
      ).length === 0,
    'the backend is gone',
  )
  await reader.query('COMMIT')
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('an index build that is ended by %s', (signal) => {
  it.each([
    ['CREATE INDEX CONCURRENTLY', 'CREATE INDEX CONCURRENTLY "Users_id" ON "Odd"."Users" (until_let_go(id))'],
    [
      'IF NOT EXISTS',
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS "Users_id" ON "Odd"."Users" (until_let_go(id))',
    ],
  ])('is done again by the next release, %s', async (_, sql) => {
    await interrupt(sql, signal)
    const again = await scene.release('migrate --lock-wait 20s')
    expect(again).toMatchObject({ exitCode: 0 })
    expect(await indexes()).toEqual([{ name: 'Users_id', valid: true }])
    expect(await scene.history()).toEqual(['1_users', '2_index'])
  })
})

it('an invalid index that a build left behind is dropped before the next, and said so', async () => {
  await scene.database.query(`INSERT INTO "Odd"."Users" VALUES (1), (1)`)
  await scene.database
    .query('CREATE UNIQUE INDEX CONCURRENTLY "Users_id" ON "Odd"."Users" (id)')
    .catch(() => undefined)
  await scene.database.query(`ALTER INDEX "Odd"."Users_id" OWNER TO ${new URL(scene.url).username}`)
  expect(await indexes()).toEqual([{ name: 'Users_id', valid: false }])
  await scene.write(
    'migrations/2_index.js',
    `exports.up = (pgm) => {
  pgm.noTransaction()
  pgm.createIndex({ schema: 'Odd', name: 'Users' }, 'id', { name: 'Users_id', concurrently: true })
}`,
  )
  const result = await scene.release('migrate')
  expect(result).toMatchObject({ exitCode: 0 })
  expect(result.stderr).toContain(
    'apply    2_index: dropped "Odd"."Users_id", an invalid index that an interrupted build had left',
  )
  expect(await indexes()).toEqual([{ name: 'Users_id', valid: true }])
})

it('an invalid index is dropped also while another database builds one on a table of the same oid', async () => {
  await scene.database.query(`INSERT INTO "Odd"."Users" VALUES (1), (1)`)
  const copy = await createAppDatabase(scene.database.name)
  const letGo = await hold(copy)
  const builder = await copy.connect()
  const built = builder.query('CREATE INDEX CONCURRENTLY ON "Odd"."Users" (until_let_go(id))')
  await eventually(
    async () =>
      (await copy.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()'))
        .length > 0,
    'the other database builds',
  )
  await scene.database
    .query('CREATE UNIQUE INDEX CONCURRENTLY "Users_id" ON "Odd"."Users" (id)')
    .catch(() => undefined)
  await scene.database.query(`ALTER INDEX "Odd"."Users_id" OWNER TO ${new URL(scene.url).username}`)
  await scene.write(
    'migrations/2_index.sql',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY "Users_id" ON "Odd"."Users" (id);',
  )
  const result = await scene.release('migrate')
  await letGo()
  await built
  expect(result).toMatchObject({ exitCode: 0 })
  expect(await indexes()).toEqual([{ name: 'Users_id', valid: true }])
})

it.each(['"Users_id"', ''])(
  'a build %s that fails leaves no invalid index that refuses rows',
  async (name) => {
    await scene.database.query(`INSERT INTO "Odd"."Users" VALUES (1), (1)`)
    await scene.write(
      'migrations/2_index.sql',
      `-- no-transaction\n-- release:allow unique-index "the test wants it to fail"\nCREATE UNIQUE INDEX CONCURRENTLY ${name} ON "Odd"."Users" (id);`,
    )
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('(SQLSTATE 23505)')
    expect(result.stderr).toMatch(
      /apply {4}2_index: dropped "Odd"\."Users_id\w*", which the failed build left invalid/,
    )
    expect(await indexes()).toEqual([])
  },
)
