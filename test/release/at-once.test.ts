import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { createScene } from '../support/scene.js'

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY);',
  'migrations/2_count.js': `exports.up = (pgm) => { pgm.sql('CREATE TABLE visits (n int)') }`,
  'migrations/3_visit.sql': 'INSERT INTO visits VALUES (1);',
}

it('two releases at one moment apply every migration once, and the second says for whom it waits', async () => {
  const scene = await createScene({ ...files, 'migrations/4_slow.sql': untilLetGo })
  const letGo = await hold(scene.database)
  const dyno = { DYNO: 'release.1234', HEROKU_APP_NAME: 'chart', HEROKU_RELEASE_VERSION: 'v42' }
  const first = scene.start('migrate', dyno)
  await first.says('3_visit')
  const second = scene.start('migrate', { ...dyno, DYNO: 'release.5678', HEROKU_RELEASE_VERSION: 'v43' })
  await second.says('waiting')
  expect(second.stderr()).toMatch(
    /^lock {5}waiting \(\d+ ms of at most 15 min\) for chart v42, dyno release\.1234 \(pid \d+\), since [\d:]+ UTC \([\d.]+ m?s\), .*DO \$\$ BEGIN/m,
  )
  await letGo()
  const [a, b] = await Promise.all([first.done, second.done])
  expect(a.stdout).toMatch(
    /^Done in .*: 4 migrations applied \(1_users, 2_count, 3_visit, 4_slow\), 4 in all\./,
  )
  expect(b).toMatchObject({ exitCode: 0, stdout: 'Nothing to do: 4 migrations applied, none pending.\n' })
  expect(b.stderr).toMatch(/^lock {5}taken after /m)
  expect(await scene.history()).toEqual(['1_users', '2_count', '3_visit', '4_slow'])
  expect(await scene.database.query('SELECT n FROM visits')).toHaveLength(1)
})

it('twenty releases at one moment apply every migration once, and all succeed', async () => {
  const scene = await createScene(files)
  const running = Array.from({ length: 20 }, () => scene.start('migrate --json'))
  const results = await Promise.all(running.map(async ({ done }) => await done))
  expect(results.map(({ exitCode }) => exitCode)).toEqual(Array.from({ length: 20 }, () => 0))
  const outcomes = results.map(({ stdout }) => (JSON.parse(stdout) as { outcome: string }).outcome)
  expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1)
  expect(await scene.history()).toEqual(['1_users', '2_count', '3_visit'])
  expect(await scene.database.query('SELECT n FROM visits')).toHaveLength(1)
  expect(await scene.database.query('SELECT outcome FROM release_phase.runs')).toEqual([{ outcome: 'done' }])
})

it('a release gives up with 75 and names the holder when its wait is over', async () => {
  const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
  const letGo = await hold(scene.database)
  const first = scene.start('migrate', { HEROKU_APP_NAME: 'chart' })
  await first.says('1 pending')
  const second = await scene.release('migrate --lock-wait 300ms')
  expect(second.exitCode).toBe(75)
  expect(second.stderr).toMatch(/error: The release lock was held for all of the 300 ms/)
  expect(second.stderr).toMatch(/held by chart, by hand by \w+ \(pid \d+\), since /)
  expect(second.stderr).toMatch(/^-> .*RELEASE_LOCK_WAIT.*release unlock/m)
  await letGo()
  expect((await first.done).exitCode).toBe(0)
})

it("waits for node-pg-migrate's own command, and names its session", async () => {
  const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
  const letGo = await hold(scene.database)
  const theirs = scene.nodePgMigrate('up', { PGAPPNAME: 'their-cli' })
  await isHeld(scene.database)
  const ours = scene.start('migrate')
  await ours.says('waiting')
  expect(ours.stderr()).toMatch(/for .* of app_\w+ from 127\.0\.0\.1 \(pid \d+\), .*DO \$\$ BEGIN/)
  await letGo()
  const results = await Promise.all([theirs.done, ours.done])
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  expect(results[1].stdout).toBe('Nothing to do: 1 migration applied, none pending.\n')
  expect(await scene.history()).toEqual(['1_slow'])
})

it("makes node-pg-migrate's own command fail at once while it holds the lock", async () => {
  const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
  const letGo = await hold(scene.database)
  const ours = scene.start('migrate')
  await ours.says('1 pending')
  const theirs = await scene.nodePgMigrate('up').done
  expect(theirs.exitCode).toBe(1)
  expect(theirs.stderr).toContain('Another migration is already running')
  await letGo()
  expect((await ours.done).exitCode).toBe(0)
})

it("continues a history that node-pg-migrate's command began, and hands it back", async () => {
  const { 'migrations/3_visit.sql': third, ...two } = files
  const scene = await createScene(two)
  expect((await scene.nodePgMigrate('up').done).exitCode).toBe(0)
  await scene.write('migrations/3_visit.sql', third)
  const ours = await scene.release('migrate')
  expect(ours.stderr).toContain('1 pending, 2 applied before')
  expect(ours.stdout).toContain('1 migration applied (3_visit), 3 in all.')
  await scene.write('migrations/4_more.sql', '-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;')
  expect((await scene.nodePgMigrate('up').done).stdout).toContain('> - 4_more')
  expect((await scene.nodePgMigrate('down').done).exitCode).toBe(0)
  expect(await scene.history()).toEqual(['1_users', '2_count', '3_visit'])
  const again = await scene.release('migrate')
  expect(again.stdout).toContain('1 migration applied (4_more), 4 in all.')
  expect(await scene.history()).toEqual(['1_users', '2_count', '3_visit', '4_more'])
})

async function isHeld(database: { query(text: string): Promise<unknown[]> }): Promise<void> {
  const held = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_backend_pid()
    AND ((classid::bigint << 32) | objid::bigint) = 7241865325823964
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  await eventually(async () => (await database.query(held)).length > 0, 'the lock is held')
}
