import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { idsOf } from '../heroku/restart-support.js'
import { call, eventually, makeSlug, startHeroku } from '../local-heroku/support.js'
import { root } from '../support/root.js'
import { createScene, type Scene } from '../support/scene.js'
import { herokuFor, lastLine } from './status-support.js'

// Every process keeps one connection, as a pool does.
const connect = `
const { Client } = require(${JSON.stringify(join(root, 'node_modules', 'pg'))})
const client = new Client({ connectionString: process.env.DATABASE_URL })
client.on('error', () => process.exit(1))
client.connect()
`
const files = {
  Procfile: 'web: PGAPPNAME=$DYNO exec node web.js\nworker: exec node worker.js',
  'web.js': `${connect}
const server = require('node:http').createServer((request, response) => response.end('ok'))
server.listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`,
  'worker.js': `${connect}
setInterval(() => undefined, 1000)`,
}

interface Shop {
  readonly heroku: LocalHeroku
  readonly app: LocalApp
  readonly scene: Scene
  release(words: string, env?: Readonly<Record<string, string>>): Promise<string>
}

async function openShop(options: { preboot?: boolean; web?: string; worker?: number } = {}): Promise<Shop> {
  const { preboot = false, web, worker = 1 } = options
  const heroku = await startHeroku({ timing: { prebootOverlapMs: 600_000 } })
  const scene = await createScene({ 'migrations/1_users.sql': 'CREATE TABLE users (id int)' })
  const app = await heroku.createApp({ name: 'shop', configVars: { DATABASE_URL: scene.url }, preboot })
  const Procfile = web === undefined ? files.Procfile : `web: ${web}\nworker: exec node worker.js`
  await app.push(await makeSlug({ ...files, Procfile }))
  app.scale('worker', worker)
  await app.waitForDynos()
  await eventually(async () => (await sessionsOf(scene)) === 1 + worker, 'a session for each dyno')
  await pastTheSecond(scene)
  return {
    heroku,
    app,
    scene,
    release: async (words, env = {}) => {
      const { stdout, stderr, exitCode } = await scene.release(words, {
        ...herokuFor(heroku),
        HEROKU_APP_NAME: 'shop',
        ...env,
      })
      if (exitCode !== 0) throw new Error(stderr)
      return stdout
    },
  }
}

async function sessionsOf(scene: Scene): Promise<number> {
  const rows = await scene.database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  )
  return rows.length
}

/** Whether the one session that is named web.1 is of the dyno before, or of the one after, the last migration. */
async function webSessions(scene: Scene): Promise<string | undefined> {
  const [row] = await scene.database.query<{ found: string }>(
    `SELECT CASE WHEN count(*) = 1 AND bool_and(backend_start > (SELECT max(finished_at) FROM release_phase.steps))
            THEN 'one, new' END AS found
     FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'web.1'`,
  )
  return row?.found
}

/** Waits until what starts now is, in whole seconds, more than a second younger than every session. */
async function pastTheSecond(scene: Scene): Promise<void> {
  await eventually(async () => {
    const [row] = await scene.database.query<{ past: boolean }>(
      `SELECT bool_and(backend_start < date_trunc('second', clock_timestamp()) - interval '1 second') AS past
       FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    return row?.past
  }, 'another second')
}

async function restartWeb({ heroku, app }: Shop): Promise<void> {
  const before = idsOf(app)['web.1']
  await call(heroku, 'DELETE', '/apps/shop/dynos/web.1')
  await app.waitForDynos()
  expect(idsOf(app)['web.1']).not.toBe(before)
}

describe('release status finds', () => {
  it('the dynos that were not restarted after a migration, and the sessions that they have', async () => {
    const stage = await openShop({ worker: 2 })
    await stage.release('migrate --restart never')
    await restartWeb(stage)
    await eventually(async () => (await webSessions(stage.scene)) === 'one, new', 'the new session alone')
    const stdout = await stage.release('status')
    expect(stdout).toMatch(/^ +web\.1 .* fine +1 session$/m)
    expect(stdout).toMatch(/^ +worker\.1 .* stuck$/m)
    expect(stdout).toMatch(
      /^Sessions +3, 2 older than the last migration\n +2 of worker\.1, worker\.2 or no/m,
    )
    expect(lastLine(stdout)).toBe('shop v3: 1 applied, 0 pending; 1 dyno fine, 2 stuck.')
  })

  it('the web dyno that preboot hides, by the name that its database connection carries', async () => {
    const stage = await openShop({ preboot: true })
    await stage.release('migrate --restart never')
    await restartWeb(stage)
    const stdout = await stage.release('status')
    expect(stdout).toMatch(/^ +web\.1 .* fine/m)
    expect(stdout).toMatch(/^ +1 of an earlier web\.1 +since .* UTC, .* ago +"web\.1" from 127\.0\.0\.1$/m)
    expect(stdout).toMatch(/not listed: an old web dyno that preboot keeps serving until \d\d:\d\d:\d\d UTC/)
    expect(lastLine(stdout)).toBe(
      'shop v3: 1 applied, 0 pending; 1 dyno fine, 1 stuck; 1 session of no listed dyno.',
    )
    const json: unknown = JSON.parse(await stage.release('status --json'))
    expect(json).toHaveProperty(
      'database.sessions',
      expect.arrayContaining([
        expect.objectContaining({ older: true, owner: { kind: 'replaced', dynos: ['web.1'] } }),
      ]),
    )
  })

  it('the web dyno that preboot hides by its age alone, where its connection carries no name', async () => {
    const stage = await openShop({ preboot: true, web: 'exec node web.js', worker: 0 })
    await stage.release('migrate --restart never')
    await restartWeb(stage)
    const stdout = await stage.release('status')
    expect(stdout).toMatch(/^ +1 of no listed dyno +since .* from 127\.0\.0\.1$/m)
    expect(stdout).toContain('-> PGAPPNAME=$DYNO in front of')
    expect(lastLine(stdout)).toBe('shop v3: 1 applied, 0 pending; 1 dyno fine; 1 session of no listed dyno.')
  })

  it('one-off and Scheduler dynos that are older than the migration, and says that no restart mends them', async () => {
    const stage = await openShop({ worker: 0 })
    for (const type of ['run', 'scheduler']) void stage.app.runOneOff('node worker.js', { type })
    await eventually(async () => (await sessionsOf(stage.scene)) === 3, 'their sessions')
    await pastTheSecond(stage.scene)
    await stage.release('migrate --restart never')
    const stdout = await stage.release('status')
    expect(stdout).toMatch(/^ +run\.\d+ .* stuck$/m)
    expect(stdout).toMatch(/^ +scheduler\.\d+ .* stuck$/m)
    expect(stdout).toMatch(
      /no restart touches one-off dynos: run\.\d+, scheduler\.\d+\. .* heroku ps:stop run\./,
    )
  })

  it('the older sessions where Heroku is out of reach', async () => {
    const stage = await openShop()
    await stage.release('migrate --restart never')
    const stdout = await stage.release('status', { HEROKU_API_URL: 'http://127.0.0.1:9' })
    expect(stdout).toMatch(/^Sessions +2, 2 older than the last migration$/m)
    expect(stdout).toMatch(/^Heroku +Heroku's Platform API gave no answer/m)
    expect(lastLine(stdout)).toBe(
      'shop: 1 applied, 0 pending; dynos not known; 2 sessions older than the last migration.',
    )
  })

  it('that the age of another role’s session cannot be seen', async () => {
    const stage = await openShop({ worker: 0 })
    await stage.scene.database.connect()
    await stage.release('migrate --restart never')
    const stdout = await stage.release('status')
    expect(stdout).toMatch(/^Sessions +2, 1 older than the last migration$/m)
    expect(stdout).toMatch(/^ +1 of other roles: since when, this role may not see$/m)
  })
})
