import { expect, it } from 'vitest'
import { hold, untilLetGo } from '../support/hold.js'
import { appRole, createScene } from '../support/scene.js'

it('says that nobody holds the lock', async () => {
  const scene = await createScene({})
  expect(await scene.release('unlock')).toMatchObject({
    exitCode: 0,
    stdout: 'Nobody holds the release lock.\n',
    stderr: '',
  })
})

it('shows who holds it and ends that release, which is rolled back and may run again', async () => {
  const scene = await createScene({
    'migrations/1_a.sql': 'CREATE TABLE a (id int);',
    'migrations/2_slow.sql': `CREATE TABLE b (id int);\n${untilLetGo}`,
  })
  const letGo = await hold(scene.database)
  const release = scene.start('migrate', { HEROKU_APP_NAME: 'chart', DYNO: 'release.77' })
  await release.says('1_a')
  const unlock = await scene.release('unlock')
  expect(unlock.exitCode).toBe(0)
  expect(unlock.stderr).toMatch(
    /^lock {5}held by chart, dyno release\.77 \(pid \d+\), .*running for .*: CREATE TABLE b/m,
  )
  expect(unlock.stdout).toMatch(
    /^Ended the session that held the release lock \(pid \d+\)\. What it had open was rolled back\.\n$/,
  )
  const ended = await release.done
  expect(ended.exitCode).toBe(69)
  expect(ended.stderr).toContain(
    'error: The connection to the database was lost during migrations/2_slow.sql',
  )
  expect(await scene.history()).toEqual(['1_a'])
  await letGo()
  expect((await scene.release('migrate', { HEROKU_APP_NAME: 'chart' })).exitCode).toBe(0)
})

it('ends a holder that is no release of this command', async () => {
  const scene = await createScene({ 'migrations/1_a.sql': 'CREATE TABLE a (id int);' })
  const stuck = await scene.database.connect(scene.url)
  await stuck.query('SELECT pg_advisory_lock(7241865325823964)')
  const unlock = await scene.release('unlock --yes')
  expect(unlock.stderr).toContain(`held by "test" of ${appRole.name} from 127.0.0.1 (pid `)
  expect(unlock.stdout).toMatch(/^Ended the session/)
  expect((await scene.release('migrate --lock-wait 1ms')).exitCode).toBe(0)
})

it('says plainly that it may not end the session of a stronger role', async () => {
  const scene = await createScene({})
  const stuck = await scene.database.connect()
  await stuck.query('SELECT pg_advisory_lock(7241865325823964)')
  const unlock = await scene.release('unlock')
  expect(unlock.exitCode).toBe(78)
  expect(unlock.stderr).toMatch(/error: The user app_\w+ of DATABASE_URL may not do this: .* terminate /)
})

it('leaves a lock of another database and of another number alone', async () => {
  const scene = await createScene({})
  const neighbour = await createScene({})
  const other = await neighbour.database.connect(neighbour.url)
  await other.query('SELECT pg_advisory_lock(7241865325823964)')
  const stranger = await scene.database.connect(scene.url)
  await stranger.query('SELECT pg_advisory_lock(1), pg_advisory_lock(1686138903, 1)')
  expect((await scene.release('unlock')).stdout).toBe('Nobody holds the release lock.\n')
})
