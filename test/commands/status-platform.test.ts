import { describe, expect, it } from 'vitest'
import { simulatedApp } from '../heroku/restart-support.js'
import { eventually, makeSlug, startHeroku } from '../local-heroku/support.js'
import { createScene } from '../support/scene.js'
import { herokuFor, lastLine, migrated, unreachable, users } from './status-support.js'

describe('release status with a token', () => {
  it('tells the release, the formation and that all dynos are fine, without touching anything', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2, worker: 1 })
    await app.waitForDynos()
    const scene = await createScene(users)
    const before = heroku.requests.length
    const { exitCode, stdout } = await scene.release(`status --app ${app.name}`, herokuFor(heroku))
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(new RegExp(`^App +${app.name} \\(cedar\\)$`, 'm'))
    expect(stdout).toMatch(
      /^Release +v3 succeeded: Deploy \w{8} by dev@example\.com, .* UTC, (?:just now|.* ago)$/m,
    )
    expect(stdout).toMatch(
      /^Dynos +web 2 of 2 up, worker 1 of 1 up\n +web\.1 +Standard-1X  up  v3  .* UTC, .*  fine$/m,
    )
    expect(lastLine(stdout)).toBe(`${app.name} v3: 0 applied, 1 pending; 3 dynos fine.`)
    expect(new Set(heroku.requests.slice(before).map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  it('calls dynos stuck that are older than the last migration, until they are restarted', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 })
    await app.waitForDynos()
    const scene = await createScene(users)
    const env = { ...herokuFor(heroku), HEROKU_APP_NAME: app.name }
    // Heroku tells times to the second.
    const newest = Math.max(...app.dynos().map((dyno) => Date.parse(dyno.created_at)))
    await eventually(() => (Date.now() >= newest + 1000 ? true : undefined), 'the next second')
    await scene.release('migrate --restart never', env)
    const stuck = await scene.release('status', env)
    expect(stuck.stdout).toMatch(/^ +web\.1 +Standard-1X +up +v3 .* stuck$/m)
    expect(stuck.stdout).toContain(`Renew them: release restart --stuck --app ${app.name}`)
    expect(lastLine(stuck.stdout)).toBe(`${app.name} v3: 1 applied, 0 pending; 2 dynos stuck.`)
    expect((await scene.release('restart --settle 10ms', env)).exitCode).toBe(0)
    const renewed = await scene.release('status', env)
    expect(lastLine(renewed.stdout)).toBe(`${app.name} v3: 1 applied, 0 pending; 2 dynos fine.`)
  })

  it('shows a newer release that failed, and a crashed dyno', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1, worker: 1 }, ({ type }) =>
      type === 'web' ? 'up' : 'crashed',
    )
    await app.push(await makeSlug({ Procfile: 'web: true\nworker: true\nrelease: false' }))
    await eventually(
      () => (app.dynos().some(({ state }) => state === 'crashed') ? true : undefined),
      'a crash',
    )
    const scene = await createScene(users)
    const { stdout } = await scene.release(`status --app ${app.name}`, herokuFor(heroku))
    expect(stdout).toMatch(/^ +v4 failed: Deploy /m)
    expect(stdout).toMatch(/^ +worker\.1 +Standard-1X +crashed .* crashed$/m)
    expect(lastLine(stdout)).toContain('v4 failed; 1 dyno fine, 1 crashed.')
  })

  it('shows the platform where the database is out of reach, and exits 0', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    const scene = await createScene(users)
    const env = { ...herokuFor(heroku), ...unreachable }
    const { exitCode, stdout } = await scene.release(`status --app ${app.name}`, env)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Database +Nothing listens at 127\.0\.0\.1:1: .* Is PostgreSQL running there\?$/m)
    expect(lastLine(stdout)).toBe(`${app.name} v3: the database is out of reach; 1 dyno fine.`)
  })

  it('shows the database where Heroku refuses the token, and exits 0', async () => {
    const heroku = await startHeroku()
    const scene = await migrated()
    const env = { ...herokuFor(heroku), HEROKU_API_KEY: 'HRKU-not-a-token-of-this-account' }
    const { exitCode, stdout } = await scene.release('status --app chart', env)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Heroku +Heroku refused the API token/m)
    expect(lastLine(stdout)).toBe('chart: 1 applied, 0 pending; dynos not known.')
  })

  it('exits as the database does where neither can be read', async () => {
    const scene = await createScene(users)
    const refused = await scene.release('status', unreachable)
    expect(refused.exitCode).toBe(69)
    expect(lastLine(refused.stdout)).toBe('This app: the database is out of reach; dynos not known.')
    expect((await scene.release('status', { DATABASE_URL: '' })).exitCode).toBe(78)
  })
})

describe('release status --json', () => {
  it('is one object with both sides', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    const scene = await migrated()
    const { stdout } = await scene.release(`status --app ${app.name} --json`, herokuFor(heroku))
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      command: 'status',
      exitCode: 0,
      database: {
        owner: { app: 'chart', ownership: { kind: 'foreign', owner: 'chart' } },
        migrations: { applied: 1, pending: [], drift: [], ahead: [] },
        holders: [],
        sessions: [],
        runs: [{ outcome: 'done', applied: 1, app: 'chart' }],
      },
      platform: {
        app: app.name,
        current: { version: 3, status: 'succeeded', commit: expect.stringMatching(/^\w{40}$/) as string },
        formation: [{ type: 'web', quantity: 1 }],
        dynos: [{ name: 'web.1', state: 'up', size: 'Standard-1X', releaseVersion: 3, oneOff: false }],
        prebootUntil: null,
      },
    })
  })

  it('carries the errors of what could not be read', async () => {
    const scene = await createScene(users)
    const { exitCode, stdout } = await scene.release('status --json', unreachable)
    expect(exitCode).toBe(69)
    expect(JSON.parse(stdout)).toMatchObject({
      database: {
        error: { code: 'database-refused', message: expect.stringContaining('Nothing listens') as string },
      },
      platform: { error: { code: 'token-missing' } },
    })
  })
})
