import { expect, test } from 'vitest'
import { createScene } from '../support/scene.js'

test('a release with nothing pending does not wait for the lock', async () => {
  const scene = await createScene({
    'migrations/1_a.sql': 'CREATE TABLE a (id int)',
    'migrations/2_b.sql': 'CREATE TABLE b (id int)',
  })
  await scene.release('migrate')
  const holder = await scene.database.connect()
  await holder.query('SELECT pg_advisory_lock(7241865325823964)')
  // An older release of the app: fewer files, so the quick answer does not apply.
  await scene.remove('migrations/2_b.sql')

  const { exitCode, stdout, stderr } = await scene.release('migrate --lock-wait 30s')
  expect(stdout).toBe('Nothing to do: 2 migrations applied, none pending.\n')
  expect(stderr).toContain('not needed, nothing is pending; held by')
  expect(stderr).toContain('the database is ahead of this code by 1 (2_b last)')
  expect(exitCode).toBe(0)
})
