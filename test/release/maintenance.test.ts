import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { closableApp, formation } from './maintenance-scene.js'

const always = 'migrate --maintenance always'
const waiting = { 'migrations/1_a.sql': `CREATE TABLE a (id int); ${untilLetGo}` }

describe('a downtime deploy by hand', () => {
  it('closes the app, stops its processes, migrates, starts them anew and opens it', async () => {
    const closable = await closableApp({ migrations: waiting })
    const { app } = closable
    const letGo = await hold(closable.database)
    const before = app.dynos().map(({ id }) => id)
    expect((await fetch(app.routerUrl)).status).toBe(200)

    const running = closable.begin(always)
    await running.says('1 pending')
    expect((await fetch(app.routerUrl)).status).toBe(503)
    expect(app.logs({ dyno: 'router' }).at(-1)?.text).toContain('code=H80')
    expect(app.dynos()).toEqual([])
    expect(closable.quantities()).toEqual({ web: 0, worker: 0, clock: 0 })
    expect(await closable.remembered()).toMatchObject([{ app: app.name, was_on: false, stage: 'migrating' }])
    await letGo()
    const { exitCode, stdout, stderr } = await running.done

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /^Done in .*1 migration applied \(1_a\), 1 in all\.\nClosed for .*; up again: web 2, worker 1\.\n$/,
    )
    const steps = ['maintenance mode on', 'stopping', '1 pending', 'starting', 'up again', 'mode off']
    const places = steps.map((step) => stderr.indexOf(step))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(closable.quantities()).toEqual(formation)
    expect(app.maintenance()).toBe(false)
    expect(app.dynos().map(({ state }) => state)).toEqual(['up', 'up', 'up'])
    expect(app.dynos().filter(({ id }) => before.includes(id))).toEqual([])
    expect((await fetch(app.routerUrl)).status).toBe(200)
    expect(await closable.remembered()).toEqual([])
  })

  it('waits for the sessions of stopped processes, but not for ever, and names who stays', async () => {
    const closable = await closableApp()
    const straggler = await closable.database.connect(closable.url)
    await straggler.query(`SET application_name = 'web.1'`)
    const running = closable.begin(always)
    await running.says('stopping')
    await eventually(() => closable.app.dynos().length === 0, 'the dynos to stop')
    expect(running.stderr()).not.toContain('1 pending')
    await straggler.end()
    await running.says('stopped; the database has no session of the app any more')
    expect((await running.done).exitCode).toBe(0)
  })

  it('leaves one-off dynos alone, and names them', async () => {
    const closable = await closableApp({ script: ({ type }) => (type === 'run' ? 'stuck' : 'up') })
    closable.app.runOneOff('rake report').catch(() => undefined)
    const [oneOff] = closable.app.dynos().filter(({ type }) => type === 'run')
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`not stopped, since they are no part of the formation: ${oneOff?.name}`)
    expect(closable.app.dynos().map(({ id }) => id)).toContain(oneOff?.id)
  })

  it('restarts web instead of stopping it in a Private Space, whose router is in the web dynos', async () => {
    const closable = await closableApp({ migrations: waiting, options: { privateSpace: true } })
    const { app } = closable
    const letGo = await hold(closable.database)
    const before = app.dynos().map(({ id }) => id)
    const running = closable.begin(always)
    await running.says('1 pending')
    expect(closable.quantities()).toEqual({ web: 2, worker: 0, clock: 0 })
    const page = await fetch(app.routerUrl)
    expect(await page.text()).toContain('Offline for Maintenance')
    await letGo()
    expect((await running.done).exitCode).toBe(0)
    expect(closable.quantities()).toEqual(formation)
    expect(app.dynos().filter(({ id }) => before.includes(id))).toEqual([])
    expect(app.maintenance()).toBe(false)
  })

  it('leaves a process type as somebody has scaled it meanwhile', async () => {
    const closable = await closableApp({ migrations: waiting })
    const letGo = await hold(closable.database)
    const running = closable.begin(always)
    await running.says('1 pending')
    closable.app.scale('web', 3)
    await letGo()
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(0)
    expect(stderr).toContain('web was 2 and is left as somebody else has scaled it')
    expect(closable.quantities()).toEqual({ web: 3, worker: 1, clock: 0 })
    expect(closable.app.maintenance()).toBe(false)
  })

  it('closes nothing when nothing is pending', async () => {
    const closable = await closableApp()
    await closable.run('migrate')
    const { stdout } = await closable.run(always)
    expect(stdout).toBe('Nothing to do: 1 migration applied, none pending.\n')
    expect(closable.heroku.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
  })

  it.each(['never', 'auto'])('with %s the app stays open', async (policy) => {
    const closable = await closableApp()
    const { exitCode } = await closable.run('migrate', { RELEASE_MAINTENANCE: policy })
    expect(exitCode).toBe(0)
    expect(closable.heroku.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
  })

  it('stands around the command of another migrator too', async () => {
    const closable = await closableApp({ config: { migrate: { command: 'echo migrated' } } })
    const { exitCode, stderr, stdout } = await closable.run(always)
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/stopping[\s\S]*apply {4}migrated[\s\S]*maintenance mode off/)
    expect(stdout).toContain('up again: web 2, worker 1.')
    expect(closable.quantities()).toEqual(formation)
  })

  it('with auto closes it for what breaks the running code and is allowed in maintenance', async () => {
    const closable = await closableApp({
      migrations: { 'migrations/1_a.sql': 'CREATE TABLE a (id int, b int);' },
    })
    await closable.run('migrate --restart never')
    const drop = 'ALTER TABLE a DROP COLUMN b;'
    await closable.write(
      'migrations/2_b.sql',
      `-- release:allow drop-column "in maintenance, v1 reads it"\n${drop}`,
    )
    const { exitCode, stdout, stderr } = await closable.run('migrate')
    expect(stderr).toContain('maintenance mode on')
    expect(stdout).toContain('up again: web 2, worker 1.')
    expect(exitCode).toBe(0)
    expect(closable.quantities()).toEqual(formation)
    expect(closable.app.maintenance()).toBe(false)
  })

  it('keeps maintenance mode on where a person had switched it on', async () => {
    const closable = await closableApp()
    closable.app.setMaintenance(true)
    const { exitCode, stdout } = await closable.run(always)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      'Maintenance mode is still on: a person has switched it on; up again: web 2, worker 1.',
    )
    expect(closable.app.maintenance()).toBe(true)
    expect(closable.quantities()).toEqual(formation)
    expect(await closable.remembered()).toEqual([])
  })

  it('keeps it on where a person switches it on meanwhile', async () => {
    const closable = await closableApp({ migrations: waiting })
    const letGo = await hold(closable.database)
    const running = closable.begin(always)
    await running.says('1 pending')
    const { stdout } = await closable.run('maintenance on')
    expect(stdout).toContain('is on, as before.\nRelease migrate by hand by')
    await letGo()
    expect((await running.done).exitCode).toBe(0)
    expect(closable.app.maintenance()).toBe(true)
    expect(closable.quantities()).toEqual(formation)
  })

  it('forgets what the original of a copied database has closed', async () => {
    const closable = await closableApp()
    await closable.run('migrate')
    await closable.database.query(
      `INSERT INTO release_phase.maintenance (app_id, app, was_on, in_release_phase, stage, stopped)
       VALUES ('an-id', 'original', false, false, 'migrating', '[{"type":"web","quantity":9}]');
       UPDATE release_phase.ledger SET owner_app = 'original', owner_app_id = 'an-id', database_oid = '1'`,
    )
    const { exitCode } = await closable.run('migrate')
    expect(exitCode).toBe(0)
    expect(await closable.remembered()).toEqual([])
    expect(closable.quantities()).toEqual(formation)
  })
})

describe('before anything is touched it is refused', () => {
  it.each([
    ['without a token', { HEROKU_API_KEY: '' }, 'Maintenance mode needs an API token'],
    [
      'without the name of the app',
      { HEROKU_APP_NAME: '' },
      'Which app is to be closed or opened is not known',
    ],
    ['with a wrong token', { HEROKU_API_KEY: 'HRKU-not-the-token-at-all' }, 'Heroku refused the API token'],
  ])('%s', async (_, env, said) => {
    const closable = await closableApp()
    const { exitCode, stderr } = await closable.run(always, env)
    expect(exitCode).toBe(78)
    expect(stderr).toContain(said)
    expect(await closable.database.query(`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([])
    expect(closable.app.maintenance()).toBe(false)
  })

  it('on Fir, which has no maintenance mode', async () => {
    const closable = await closableApp({ options: { generation: 'fir' } })
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(78)
    expect(stderr).toContain('is a Fir app, and Heroku has no maintenance mode for those')
    expect(closable.quantities()).toEqual(formation)
  })

  it('with a token that may not switch anything', async () => {
    const closable = await closableApp()
    const { exitCode, stderr } = await closable.run(always, {
      HEROKU_API_KEY: closable.heroku.createToken('read'),
    })
    expect(exitCode).toBe(78)
    expect(stderr).toContain('heroku authorizations:create --scope write')
    expect(await closable.database.query(`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([])
    expect(closable.app.maintenance()).toBe(false)
  })
})
