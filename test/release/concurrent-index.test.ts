import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, slowFunction } from '../support/hold.js'
import { createScene } from '../support/scene.js'

it('waiting releases never disturb the CREATE INDEX CONCURRENTLY of the one that runs', async () => {
  const scene = await createScene({
    'migrations/1_users.sql': `${slowFunction} CREATE TABLE users AS SELECT 1 AS id;`,
    'migrations/2_index.sql':
      '-- no-transaction\nCREATE INDEX CONCURRENTLY users_name ON users (until_let_go(id));\nINSERT INTO users VALUES (1);',
  })
  const letGo = await hold(scene.database)
  const first = scene.start('migrate')
  await first.says('1_users (')
  await eventually(
    async () => (await scene.database.query(`SELECT FROM pg_class WHERE relname = 'users_name'`)).length > 0,
    'the index build has begun',
  )
  // A snapshot, as a report or a backup holds one: the build will wait until it ends.
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
  const waiting = [scene.start('migrate'), scene.start('migrate')]
  for (const release of waiting) await release.says('waiting')
  // PostgreSQL looks for deadlocks after a second of waiting: three of those pass while both poll.
  const [{ until } = { until: '' }] = await scene.database.query<{ until: string }>(
    `SELECT clock_timestamp() + interval '3 s' AS until`,
  )
  await eventually(
    async () => (await scene.database.query('SELECT WHERE clock_timestamp() > $1', [until])).length > 0,
    'three seconds',
  )
  await reader.query('COMMIT')
  const results = await Promise.all([first, ...waiting].map(async ({ done }) => await done))
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  expect(
    await scene.database.query(
      `SELECT indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = 'users_name'`,
    ),
  ).toEqual([{ indisvalid: true }])
  expect(results.map(({ stderr }) => stderr).join('')).not.toContain('40P01')
  expect(await scene.history()).toEqual(['1_users', '2_index'])
})
