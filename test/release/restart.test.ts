import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { idsOf, requestsOf } from '../heroku/restart-support.js'
import { makeSlug, startHeroku } from '../local-heroku/support.js'
import { root } from '../support/root.js'
import { createScene, type Scene } from '../support/scene.js'

// Both kinds of process crash on boot while a file "broken" lies beside them.
const boots = `if (require('node:fs').existsSync('broken')) { console.error('no settings table'); process.exit(1) }`
const slugFiles = {
  Procfile: 'release: release migrate\nweb: node web.js\nworker: node worker.js',
  'web.js': `${boots}
const server = require('node:http').createServer((request, response) => response.end('ok'))
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))`,
  'worker.js': `${boots}
setInterval(() => undefined, 1000)`,
}

let heroku: LocalHeroku
let scene: Scene
let app: LocalApp
let slug: string

/** Puts the scene's migrations and the command into the slug, as npm and git would have. */
async function buildSlug(migrations: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(slug, 'migrations'), { recursive: true })
  for (const [name, sql] of Object.entries(migrations)) {
    await writeFile(join(slug, 'migrations', name), sql)
    await scene.write(`migrations/${name}`, sql)
  }
}

const byHand = async (words: string, env: Readonly<Record<string, string>> = {}, settle = '50ms') =>
  await scene.release(`${words} --settle ${settle}`, {
    HEROKU_API_KEY: heroku.token,
    HEROKU_API_URL: heroku.url,
    HEROKU_APP_NAME: app.name,
    ...env,
  })

beforeEach(async () => {
  heroku = await startHeroku()
  scene = await createScene({})
  slug = await makeSlug(slugFiles)
  await mkdir(join(slug, 'node_modules', '.bin'), { recursive: true })
  await symlink(join(root, 'bin', 'release.js'), join(slug, 'node_modules', '.bin', 'release'))
  app = await heroku.createApp({ name: 'shop', configVars: { DATABASE_URL: scene.url }, dynoMetadata: true })
  await buildSlug({ '1_orders.sql': 'CREATE TABLE orders (id int)' })
  await app.push(slug)
  app.scale('web', 2)
  app.scale('worker', 2)
  await app.waitForDynos()
})

describe('by hand', () => {
  test('every dyno is restarted after a migration while requests go on being served', async () => {
    const before = idsOf(app)
    const oneOff = app.runOneOff('sleep 60')
    oneOff.catch(() => undefined)
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const over = new AbortController()
    const statuses: number[] = []
    const visits = (async () => {
      while (!over.signal.aborted) statuses.push((await fetch(app.routerUrl)).status)
    })()

    const { exitCode, stdout, stderr } = await byHand('migrate')
    over.abort()
    await visits

    expect(stderr).toContain('apply    2_settings')
    expect(stdout).toMatch(
      /Restarted worker\.1, worker\.2, web\.1, web\.2 in .*, each up before the next\.\n$/,
    )
    expect(exitCode).toBe(0)
    const after = idsOf(app)
    for (const name of ['web.1', 'web.2', 'worker.1', 'worker.2']) expect(after[name]).not.toBe(before[name])
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(4)
    expect(Object.keys(after).filter((name) => name.startsWith('run.'))).toHaveLength(1)
    expect(statuses.length).toBeGreaterThan(10)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })

  test('a dyno that crashes on boot stops the restart, and the rest goes on serving', async () => {
    const before = idsOf(app)
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    await writeFile(join(slug, 'broken'), '')

    // So long that even the slowest machine has seen the crash by then.
    const { exitCode, stderr } = await byHand('migrate', {}, '40s')
    await rm(join(slug, 'broken'))

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/error: .*worker\.1.*crash/)
    expect(stderr).toContain('no settings table')
    expect(stderr).toContain('What was pending is applied and recorded (1); only the restart is left to do.')
    expect(await scene.history()).toEqual(['1_orders', '2_settings'])
    const after = idsOf(app)
    for (const name of ['web.1', 'web.2', 'worker.2']) expect(after[name]).toBe(before[name])
    expect((await fetch(app.routerUrl)).status).toBe(200)
  })

  test('nothing is restarted when nothing was applied', async () => {
    const { exitCode, stdout } = await byHand('migrate')
    expect(stdout).toBe('Nothing to do: 1 migration applied, none pending.\n')
    expect(exitCode).toBe(0)
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })

  test('RELEASE_RESTART=never restarts nothing and says so', async () => {
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const { exitCode, stdout } = await byHand('migrate', { RELEASE_RESTART: 'never' })
    expect(stdout).toContain('Not restarted: RELEASE_RESTART is never.')
    expect(exitCode).toBe(0)
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })

  test('without a token it says what to run instead and exits 0', async () => {
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const { exitCode, stdout } = await byHand('migrate', { HEROKU_API_KEY: '' })
    expect(stdout).toContain('Not restarted: there is no HEROKU_API_KEY. Run: heroku ps:restart --app shop')
    expect(exitCode).toBe(0)
  })

  test.each([
    ['a wrong token', () => ({ HEROKU_API_KEY: 'HRKU-not-the-token-at-all' }), 'token'],
    [
      'an expired token',
      () => ({ HEROKU_API_KEY: heroku.createToken('global', { expired: true }) }),
      'token',
    ],
    ['an unknown app', () => ({ HEROKU_APP_NAME: 'shopp', RELEASE_REVIEW_APPS: 'migrate' }), 'shopp'],
  ])('%s is found before anything is applied', async (_, env, named) => {
    // The ledger names the app, so that a misspelt one is refused by the database already: without it, by Heroku.
    await scene.database.query('UPDATE release_phase.ledger SET owner_app = NULL, owner_app_id = NULL')
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const { exitCode, stderr } = await byHand('migrate', env())
    expect(exitCode).toBe(78)
    expect(stderr.split('\n').find((line) => line.startsWith('error: '))).toContain(named)
    expect(await scene.history()).toEqual(['1_orders'])
  })

  test('a token without the scope to restart leaves the migrations applied and says what is left', async () => {
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const { exitCode, stderr } = await byHand('migrate', { HEROKU_API_KEY: heroku.createToken('read') })
    expect(exitCode).toBe(78)
    expect(stderr).toContain('heroku authorizations:create --scope write')
    expect(stderr).toContain('only the restart is left to do.')
    expect(stderr).toContain('-> Restart when that is mended: release restart --app shop\n')
    expect(await scene.history()).toEqual(['1_orders', '2_settings'])
  })

  test('a platform that is away does not hold up the migration', async () => {
    await scene.write('migrations/2_settings.sql', 'CREATE TABLE settings (id int)')
    const { exitCode, stderr } = await byHand('migrate', {
      HEROKU_API_URL: 'http://127.0.0.1:9',
      RELEASE_DEADLINE: '40s',
    })
    expect(await scene.history()).toEqual(['1_orders', '2_settings'])
    expect(exitCode).toBe(69)
    expect(stderr).toContain('only the restart is left to do')
  }, 120_000)
})

describe('in the release phase', () => {
  test('nothing is restarted through the API, and the platform boots the new code', async () => {
    const before = idsOf(app)
    await app.setConfigVars({ HEROKU_API_KEY: heroku.token, HEROKU_API_URL: heroku.url })
    await app.waitForDynos()
    await buildSlug({ '2_settings.sql': 'CREATE TABLE settings (id int)' })
    const release = await app.push(slug)
    await app.waitForDynos()

    expect(release.status).toBe('succeeded')
    expect(app.releaseOutput(release.version).at(-1)).toBe(
      'Not restarted: the platform starts the new dynos when this command succeeds.',
    )
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
    const after = app.dynos()
    expect(after.map((dyno) => dyno.release.version)).toEqual(after.map(() => release.version))
    expect(after.some((dyno) => before[dyno.name] === dyno.id)).toBe(false)
  })

  test('a migration that fails fails the release, and the release before goes on serving', async () => {
    await buildSlug({ '2_settings.sql': 'CREATE TABLE settings (id int)', '3_bad.sql': 'SELEC 1' })
    const current = app.dynos().map((dyno) => dyno.id)
    const release = await app.push(slug)

    expect(release.status).toBe('failed')
    expect(app.releaseOutput(release.version).join('\n')).toContain('migrations/3_bad.sql:1 failed')
    expect(app.dynos().map((dyno) => dyno.id)).toEqual(current)
    expect((await fetch(app.routerUrl)).status).toBe(200)
    expect(await scene.history()).toEqual(['1_orders', '2_settings'])
  })

  test('a rollback runs the older release command on the newer database, which is fine', async () => {
    const first = app.releases().findLast((release) => release.status === 'succeeded')
    const older = await makeSlug(slugFiles)
    await mkdir(join(older, 'migrations'))
    await writeFile(join(older, 'migrations', '1_orders.sql'), 'CREATE TABLE orders (id int)')
    await mkdir(join(older, 'node_modules', '.bin'), { recursive: true })
    await symlink(join(root, 'bin', 'release.js'), join(older, 'node_modules', '.bin', 'release'))
    const previous = await app.push(older)
    await buildSlug({ '2_settings.sql': 'CREATE TABLE settings (id int)' })
    await app.push(slug)

    const rolledBack = await app.rollback(previous.version)
    expect(first).toBeDefined()
    expect(rolledBack.status).toBe('succeeded')
    expect(app.releaseOutput(rolledBack.version).join('\n')).toContain(
      'the database is ahead of this code by 1',
    )
  })
})
