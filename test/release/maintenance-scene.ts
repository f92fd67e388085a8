import { beforeEach } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { SimulatedFate, SimulationScript } from '../../src/local-heroku/simulated.js'
import type { LocalAppOptions, LocalHeroku } from '../../src/local-heroku/start.js'
import { makeSlug, startHeroku } from '../local-heroku/support.js'
import type { Environment, Running, RunResult } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

/** An app with dynos, its database, and the command between them. */
export interface ClosableApp extends Scene {
  readonly heroku: LocalHeroku
  readonly app: LocalApp
  env(more?: Environment): Environment
  run(words: string, more?: Environment): Promise<RunResult>
  begin(words: string, more?: Environment): Running
  /** How many dynos each process type should have. */
  quantities(): Readonly<Record<string, number>>
  /** What the ledger remembers of a closed app. */
  remembered(): Promise<Record<string, unknown>[]>
}

export const formation = { web: 2, worker: 1, clock: 0 }

export interface Wish {
  readonly migrations?: Readonly<Record<string, string>>
  readonly config?: object
  readonly options?: LocalAppOptions
  /** What each start of a dyno comes to; default up. */
  readonly script?: (dyno: Parameters<SimulationScript>[0]) => SimulatedFate['outcome']
}

const servers: { heroku?: LocalHeroku } = {}

beforeEach(async () => {
  servers.heroku = await startHeroku()
})

/** Makes an app of simulated dynos (web 2, worker 1, clock 0), which are up, and a project for it. */
export async function closableApp({ migrations, config, options, script }: Wish = {}): Promise<ClosableApp> {
  const { heroku } = servers
  if (heroku === undefined) throw new Error('no local Heroku was started')
  const simulate: SimulationScript = (dyno) => ({ outcome: script?.(dyno) ?? 'up' })
  const app = await heroku.createApp({ simulate, ...options })
  const types = Object.keys(formation).map((type) => `${type}: true`)
  await app.push(await makeSlug({ Procfile: types.join('\n') }))
  for (const [type, quantity] of Object.entries(formation)) app.scale(type, quantity)
  await app.waitForDynos()
  const scene = await createScene({
    ...(migrations ?? { 'migrations/1_a.sql': 'CREATE TABLE a (id int);' }),
    ...(config === undefined ? {} : { 'release-phase.config.json': JSON.stringify(config) }),
  })
  const env = (more: Environment = {}): Environment => ({
    HEROKU_API_KEY: heroku.token,
    HEROKU_API_URL: heroku.url,
    HEROKU_APP_NAME: app.name,
    RELEASE_RESTART_SETTLE: '50ms',
    RELEASE_MAINTENANCE_DRAIN: '50ms',
    ...more,
  })
  return {
    ...scene,
    heroku,
    app,
    env,
    run: async (words, more) => await scene.release(words, env(more)),
    begin: (words, more) => scene.start(words, env(more)),
    quantities: () => Object.fromEntries(app.formation().map(({ type, quantity }) => [type, quantity])),
    remembered: async () => await scene.database.query('SELECT * FROM release_phase.maintenance'),
  }
}
