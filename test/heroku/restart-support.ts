import { createPlatform } from '../../src/heroku/client.js'
import { restartDynos } from '../../src/heroku/restart/restart.js'
import type { RestartEvent, RestartOptions, RestartReport } from '../../src/heroku/restart/report.js'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { SimulatedFate, SimulationScript } from '../../src/local-heroku/simulated.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { makeSlug } from '../local-heroku/support.js'

/** Restarts an app on a local Heroku, with short pauses and long deadlines. */
export async function restart(
  heroku: LocalHeroku,
  app: LocalApp,
  options: Partial<RestartOptions> = {},
): Promise<RestartReport> {
  const platform = createPlatform({ token: heroku.token, apiUrl: heroku.url, firstPauseMs: 1 })
  return await restartDynos(platform, {
    app: app.name,
    pollMs: 20,
    settleMs: 20,
    onEvent: () => undefined,
    ...options,
  })
}

/** What a call was rejected with; throws when it was not. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => {
      throw new Error('It was expected to be rejected.')
    },
    (error: unknown) => error,
  )
}

/** The events of one kind, as `dyno` names. */
export function dynosOf(events: readonly RestartEvent[], kind: RestartEvent['kind']): readonly string[] {
  return events.flatMap((event) =>
    event.kind === kind && 'type' in event && 'dyno' in event ? [event.dyno ?? event.type] : [],
  )
}

/** What the dyno list shows, as `name: id`, to see what was replaced. */
export function idsOf(app: LocalApp): Readonly<Record<string, string>> {
  return Object.fromEntries(app.dynos().map(({ name, id }) => [name, id]))
}

/** The requests that reached the Platform API since `from`, without their query. */
export function requestsOf(heroku: LocalHeroku, method: string): readonly string[] {
  return heroku.requests.filter((request) => request.method === method).map(({ path }) => path)
}

/** Decides what each start of a simulated dyno comes to; `starts` counts those of one place, from 1. */
export type Script = (dyno: Parameters<SimulationScript>[0]) => SimulatedFate['outcome']

/** An app whose dynos are simulated, with this formation, after its first deploy. */
export async function simulatedApp(
  heroku: LocalHeroku,
  formation: Readonly<Record<string, number>>,
  script: Script = () => 'up',
  generation: 'cedar' | 'fir' = 'cedar',
): Promise<LocalApp> {
  const simulate: SimulationScript = (dyno) => ({ outcome: script(dyno) })
  const app = await heroku.createApp({ simulate, generation })
  const lines = Object.keys(formation).map((type) => `${type}: true`)
  await app.push(await makeSlug({ Procfile: lines.join('\n') }))
  for (const [type, quantity] of Object.entries(formation)) app.scale(type, quantity)
  return app
}
