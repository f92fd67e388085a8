import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { makeSlug, startHeroku, webServer } from '../local-heroku/support.js'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { root } from '../support/root.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

let heroku: LocalHeroku
let scene: Scene
let app: LocalApp
let slug: string

const migrate = async (migrations: Readonly<Record<string, string>>) => {
  for (const [name, sql] of Object.entries(migrations)) {
    await writeFile(join(slug, 'migrations', name), sql)
    await scene.write(`migrations/${name}`, sql)
  }
}

const env = (more: Environment = {}): Environment => ({
  HEROKU_API_KEY: heroku.token,
  HEROKU_API_URL: heroku.url,
  HEROKU_APP_NAME: app.name,
  RELEASE_RESTART_SETTLE: '50ms',
  RELEASE_MAINTENANCE_DRAIN: '50ms',
  ...more,
})
const byHand = async (words: string, more: Environment = {}) => await scene.release(words, env(more))
const whenLive = 'maintenance off --when-live'

const outputOf = (version: number) => app.releaseOutput(version).join('\n')
const remembered = async () => await scene.database.query('SELECT * FROM release_phase.maintenance')

beforeEach(async () => {
  heroku = await startHeroku()
  scene = await createScene({})
  slug = await makeSlug({
    Procfile: 'release: release migrate\nweb: node web.js\nworker: exec sleep 600',
    'web.js': webServer('ok'),
  })
  await mkdir(join(slug, 'migrations'))
  await mkdir(join(slug, 'node_modules', '.bin'), { recursive: true })
  await symlink(join(root, 'bin', 'release.js'), join(slug, 'node_modules', '.bin', 'release'))
  app = await heroku.createApp({ name: 'shop', dynoMetadata: true })
  await app.setConfigVars({
    DATABASE_URL: scene.url,
    RELEASE_MAINTENANCE: 'always',
    RELEASE_MAINTENANCE_DRAIN: '50ms',
    HEROKU_API_KEY: heroku.token,
    HEROKU_API_URL: heroku.url,
  })
  await migrate({ '1_a.sql': 'CREATE TABLE a (id int);' })
  await app.push(slug)
  app.scale('worker', 1)
  await app.waitForDynos()
  await byHand('maintenance off')
})

describe('in the release phase', () => {
  it('maintenance mode goes on before migrating, and off by hand when the new dynos are live', async () => {
    await migrate({ '2_b.sql': `CREATE TABLE b (id int); ${untilLetGo}` })
    const letGo = await hold(scene.database)
    const pushed = app.push(slug)
    await eventually(() => app.maintenance(), 'maintenance mode')
    expect((await fetch(app.routerUrl)).status).toBe(503)
    // The processes of the release before go on until the platform replaces them.
    expect(app.formation().map(({ quantity }) => quantity)).toEqual([1, 1])

    // Asked too early, it waits: for the release phase, and then for the dynos.
    const opening = scene.start(whenLive, env())
    await opening.says(/waiting: v\d+ is pending/)
    await letGo()
    const release = await pushed
    expect(release.status).toBe('succeeded')
    expect(outputOf(release.version)).toContain(
      'Maintenance mode is still on: the new dynos boot only now.\n-> When the new dynos are up: release maintenance off --when-live --app shop',
    )
    const { exitCode, stdout } = await opening.done
    expect(exitCode).toBe(0)
    expect(stdout).toBe('Maintenance mode of shop is off.\n')
    expect(app.dynos().map(({ state, release: { version } }) => [state, version])).toEqual([
      ['up', release.version],
      ['up', release.version],
    ])
    expect((await fetch(app.routerUrl)).status).toBe(200)
    expect(await remembered()).toEqual([])
  })

  it('a later release opens what is live by then, a no-op as well', async () => {
    await migrate({ '2_b.sql': 'CREATE TABLE b (id int);' })
    await app.push(slug)
    expect(app.maintenance()).toBe(true)
    await app.waitForDynos()
    const release = await app.setConfigVars({ OTHER: '1' })
    expect(release?.status).toBe('succeeded')
    expect(outputOf(release?.version ?? 0)).toContain('Opened again.')
    expect(app.maintenance()).toBe(false)
    expect(await remembered()).toEqual([])
  })

  it('a migration that fails and was rolled back leaves the app open', async () => {
    await migrate({ '2_b.sql': 'CREATE TABLE b (id nope);' })
    const release = await app.push(slug)
    expect(release.status).toBe('failed')
    expect(outputOf(release.version)).toContain('2_b was rolled back. shop is open again.')
    expect(app.maintenance()).toBe(false)
    expect((await fetch(app.routerUrl)).status).toBe(200)
    expect(await remembered()).toEqual([])
  })

  it('one that fails halfway leaves it closed, and the mended release goes on behind it', async () => {
    await migrate({ '2_b.sql': 'CREATE TABLE b (id int);', '3_c.sql': 'CREATE TABLE c (id nope);' })
    const failed = await app.push(slug)
    expect(failed.status).toBe('failed')
    expect(app.maintenance()).toBe(true)
    const gaveUp = await byHand(whenLive)
    expect(gaveUp.exitCode).toBe(1)
    expect(gaveUp.stderr).toContain(
      `will not be live: v${failed.version} failed, and v${failed.version - 1} is current`,
    )
    expect(gaveUp.stderr).toContain('shop is still in maintenance mode.')

    await migrate({ '3_c.sql': 'CREATE TABLE c (id int);' })
    expect((await app.push(slug)).status).toBe('succeeded')
    expect(app.maintenance()).toBe(true)
    expect((await byHand(whenLive)).exitCode).toBe(0)
    expect(app.maintenance()).toBe(false)
  })

  it('a release phase that is killed leaves it closed, and the next release sees to it', async () => {
    await migrate({ '2_b.sql': untilLetGo })
    const letGo = await hold(scene.database)
    const pushed = app.push(slug)
    await eventually(async () => {
      const [record] = await remembered()
      return record !== undefined && Reflect.get(record, 'stage') === 'migrating'
    }, 'the migration')
    const [dyno] = app.dynos().filter(({ type }) => type === 'release')
    app.crash(dyno?.name ?? '')
    expect((await pushed).status).toBe('failed')
    await letGo()
    expect(app.maintenance()).toBe(true)

    await app.push(slug)
    expect((await byHand(whenLive)).exitCode).toBe(0)
    expect(app.maintenance()).toBe(false)
    expect(await scene.history()).toEqual(['1_a', '2_b'])
  })

  it('what a person has switched on stays on', async () => {
    app.setMaintenance(true)
    await migrate({ '2_b.sql': 'CREATE TABLE b (id int);' })
    const release = await app.push(slug)
    expect(outputOf(release.version)).toContain('Maintenance mode is still on: a person has switched it on.')
    await app.waitForDynos()
    const { exitCode, stdout } = await byHand(whenLive)
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      'Maintenance mode of shop is on, as before.\nA person has switched it on, so it is left to them.\n',
    )
    await app.setConfigVars({ OTHER: '1' })
    expect(app.maintenance()).toBe(true)
    expect((await byHand('maintenance off')).stdout).toBe('Maintenance mode of shop is off.\n')
    expect(app.maintenance()).toBe(false)
  })

  it('dynos that do not come up are waited for no longer than said', async () => {
    await migrate({ '2_b.sql': 'CREATE TABLE b (id int);' })
    await writeFile(join(slug, 'web.js'), 'setInterval(() => undefined, 1000)')
    await app.push(slug)
    const { exitCode, stderr } = await byHand(`${whenLive} --maintenance-wait 300ms`)
    expect(exitCode).toBe(75)
    expect(stderr).toMatch(/The new dynos of shop are not live after 300 ms: web\.1 is (starting|crashed)/)
    expect(app.maintenance()).toBe(true)
  })

  it('finishes a downtime deploy by hand that was killed: processes back, and open when they are live', async () => {
    await migrate({ '2_b.sql': untilLetGo })
    const letGo = await hold(scene.database)
    const running = scene.start('migrate --maintenance always', env())
    await running.says('1 pending')
    running.kill('SIGKILL')
    await running.done
    expect(app.dynos()).toEqual([])
    await letGo()

    const release = await app.push(slug)
    expect(release.status).toBe('succeeded')
    expect(outputOf(release.version)).toContain('starting web 1, worker 1')
    expect((await byHand(whenLive)).exitCode).toBe(0)
    expect(app.maintenance()).toBe(false)
    expect(app.formation().map(({ quantity }) => quantity)).toEqual([1, 1])
    expect(await scene.history()).toEqual(['1_a', '2_b'])
    expect((await fetch(app.routerUrl)).status).toBe(200)
  })
})
