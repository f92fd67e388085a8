import { describe, expect, it } from 'vitest'
import { carries } from '../faults/messages.js'
import { eventually } from '../support/eventually.js'
import { startFakeServer } from '../support/fake-server.js'
import { hold, untilLetGo } from '../support/hold.js'
import { startWatched } from '../support/killing.js'
import { createScene, type Scene } from '../support/scene.js'

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);',
  'migrations/2_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(600);',
  'migrations/3_c.sql': 'CREATE TABLE c (id int);',
}

const mended = 'CREATE TABLE b (id int);'

/** Waits until a release of this scene runs a statement like this, and returns its backend's id. */
async function running(scene: Scene, statement: string): Promise<number> {
  return await eventually(async () => {
    const rows = await scene.database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
       AND application_name = 'release-phase' AND query LIKE $1`,
      [`%${statement}%`],
    )
    return rows[0]?.pid
  }, `a release runs ${statement}`)
}

const backends = async (scene: Scene) =>
  await scene.database.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'release-phase%'`,
  )

const runs = async (scene: Scene) =>
  await scene.database.query<{ outcome: string; applied: number }>(
    'SELECT outcome, applied FROM release_phase.runs ORDER BY id',
  )

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  it(`in a long statement ends with ${exitCode}: cancelled, rolled back, recorded, the lock free`, async () => {
    const scene = await createScene(files)
    const release = scene.start('migrate')
    await running(scene, 'pg_sleep')
    const killedAt = performance.now()
    release.kill(signal)
    const result = await release.done
    expect(performance.now() - killedAt).toBeLessThan(5000)
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toContain(`error: Stopped by ${signal}. It was at migrations/2_b.sql.`)
    expect(result.stderr).toContain(
      'State of the database: 1 of 3 migrations was applied and recorded; 2_b was rolled back, and 1 after it was not begun.',
    )
    expect(await backends(scene)).toEqual([])
    expect(await scene.history()).toEqual(['1_a'])
    expect(await scene.database.query(`SELECT to_regclass('b') AS b`)).toEqual([{ b: null }])
    expect(await runs(scene)).toEqual([{ outcome: 'interrupted', applied: 1 }])
    await scene.write('migrations/2_b.sql', mended)
    expect(await scene.release('migrate --lock-wait 1ms')).toMatchObject({ exitCode: 0 })
    expect(await scene.history()).toEqual(['1_a', '2_b', '3_c'])
  })
})

describe('SIGTERM', () => {
  it('while it waits for the release lock ends at once', async () => {
    const scene = await createScene({ 'migrations/1_slow.sql': untilLetGo })
    const letGo = await hold(scene.database)
    const first = scene.start('migrate')
    await first.says('1 pending')
    const second = scene.start('migrate')
    await second.says('waiting')
    second.kill('SIGTERM')
    const result = await second.done
    expect(result.exitCode).toBe(143)
    expect(result.stderr).toContain('error: Stopped by SIGTERM.')
    await letGo()
    expect((await first.done).exitCode).toBe(0)
  })

  it('while it waits for a database that never answers ends at once', async () => {
    let arrived = false
    const port = await startFakeServer(() => {
      arrived = true
    })
    const scene = await createScene({})
    const release = scene.start('migrate', { DATABASE_URL: `postgres://u:some-password@127.0.0.1:${port}/x` })
    await eventually(() => arrived, 'the release has connected')
    const killedAt = performance.now()
    release.kill('SIGTERM')
    expect((await release.done).exitCode).toBe(143)
    expect(performance.now() - killedAt).toBeLessThan(5000)
  })

  it('while the code of a migration waits for something else ends it', async () => {
    const scene = await createScene({
      'migrations/1_code.js': `exports.up = async (pgm) => {
  await pgm.db.query('CREATE TABLE a (id int)')
  process.stderr.write('the code runs\\n')
  await new Promise((resolve) => setTimeout(resolve, 600000))
}`,
    })
    const release = scene.start('migrate')
    await release.says('the code runs')
    release.kill('SIGTERM')
    const result = await release.done
    expect(result.exitCode).toBe(143)
    expect(result.stderr).toContain('1_code was rolled back')
    expect(await scene.database.query(`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }])
  })

  it('cuts its connection where the database has no second one for the cancel', async () => {
    const scene = await createScene(files)
    const release = scene.start('migrate')
    await running(scene, 'pg_sleep')
    await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT 1`)
    release.kill('SIGTERM')
    expect((await release.done).exitCode).toBe(143)
    await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT -1`)
    await eventually(async () => (await backends(scene)).length === 0, 'the backend is gone')
    expect(await scene.history()).toEqual(['1_a'])
  })
})

it('after SIGKILL in a long transaction the next release, started at once, finishes the job and closes the run that ended without a word', async () => {
  const scene = await createScene(files)
  const release = scene.start('migrate')
  await running(scene, 'pg_sleep')
  release.kill('SIGKILL')
  expect((await release.done).exitCode).toBe(137)
  await scene.write('migrations/2_b.sql', mended)
  const again = await scene.release('migrate --lock-wait 10s')
  expect(again).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_a', '2_b', '3_c'])
  expect(await runs(scene)).toEqual([
    { outcome: 'interrupted', applied: 0 },
    { outcome: 'done', applied: 2 },
  ])
})

it('a session that the database ends is told with 69, and the next release finishes the job', async () => {
  const scene = await createScene(files)
  const release = scene.start('migrate')
  await scene.database.query('SELECT pg_terminate_backend($1)', [await running(scene, 'pg_sleep')])
  const result = await release.done
  expect(result.exitCode).toBe(69)
  expect(result.stderr).toContain(
    'error: The connection to the database was lost during migrations/2_b.sql: ',
  )
  await scene.write('migrations/2_b.sql', mended)
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_a', '2_b', '3_c'])
})

it('a session that is ended while the code of a migration runs is told with 69', async () => {
  const scene = await createScene({
    'migrations/1_code.js': `exports.up = async (pgm) => {
  const { rows } = await pgm.db.query('SELECT pg_backend_pid() AS pid')
  await pgm.db.query('SELECT pg_terminate_backend($1)', [rows[0].pid]).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 50))
}`,
  })
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(69)
  expect(await scene.history()).toEqual([])
})

it.each(['pg_try_advisory_lock', 'INSERT INTO release_phase.ledger', 'CREATE TABLE a'])(
  'a session that the database ends just before %s is told with 69 as well',
  async (text) => {
    const scene = await createScene({ 'migrations/1_a.sql': 'CREATE TABLE a (id int);' })
    const { release, close } = await startWatched(scene, async (message, pass) => {
      if (message.from === 'client' && carries(message, text)) {
        const ours = `FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'release-phase%'`
        await scene.database.query(`SELECT pg_terminate_backend(pid) ${ours}`)
        const gone = async () => (await scene.database.query(`SELECT ${ours}`)).length === 0
        await eventually(gone, 'the sessions are gone')
      }
      await pass()
    })
    const result = await release.done
    close()
    expect(result.exitCode).toBe(69)
    expect(result.stderr).toContain('error: The connection to the database was lost')
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
    expect(await scene.history()).toEqual(['1_a'])
  },
)

it('a statement cancelled by somebody else is told as it is', async () => {
  const scene = await createScene(files)
  const release = scene.start('migrate')
  await scene.database.query('SELECT pg_cancel_backend($1)', [await running(scene, 'pg_sleep')])
  const result = await release.done
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain(
    'migrations/2_b.sql:2 failed: canceling statement due to user request (SQLSTATE 57014).',
  )
})

it('a deadline that passes ends the statement, and says how to have a longer one', async () => {
  const scene = await createScene(files)
  const result = await scene.release('migrate', { RELEASE_DEADLINE: '8s' })
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('error: The deadline of 8 s passed. It was at migrations/2_b.sql.')
  expect(result.stderr).toContain('RELEASE_DEADLINE')
  expect(await backends(scene)).toEqual([])
})
