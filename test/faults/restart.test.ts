import { expect, it } from 'vitest'
import { messageOf } from '../../src/core/errors.js'
import { restart } from '../../src/library.js'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import { startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/start.js'
import { quickTiming } from '../../src/local-heroku/timing.js'
import { makeSlug } from '../local-heroku/support.js'
import { eventually } from '../support/eventually.js'
import { startRelease } from '../support/run-release.js'
import { all, seed, sumUp, workers } from './extent.js'
import { everyPoint, forEachAtOnce, sample } from './points.js'
import type { Point } from './proxy.js'

// One dyno after the other; the second type must wait for the first.
const procfile = 'clock: exec sleep 600\nworker: exec sleep 600'
const formation = { clock: 1, worker: 2 }
const dynos = ['clock.1', 'worker.1', 'worker.2']

type Fault = 'cut' | 'kill'

const allowed: Readonly<Record<Fault, readonly number[]>> = { cut: [0, 69], kill: [137] }

it.each<{ fault: Fault; sampled: number }>([
  { fault: 'cut', sampled: 2 },
  { fault: 'kill', sampled: 2 },
])(
  'whichever request of a restart meets the fault "$fault", the next restart succeeds',
  async (kind) => {
    const { fault } = kind
    const slug = await makeSlug({ Procfile: procfile })
    const requests = await withApp(slug, async (heroku, app) => {
      const { exitCode } = await start(heroku, app).done
      expect(exitCode).toBe(0)
      return heroku.requests.length
    })
    const every = everyPoint(requests)
    const points = all ? every : sample(every, kind.sampled, seed)
    const sum = await sumUp(fault, { of: every.length, kind: 'requests', points }, async (tell) => {
      await forEachAtOnce(points, workers, async (point) => {
        tell(await withApp(slug, async (heroku, app) => await tryPoint(heroku, app, point, fault)))
      })
    })
    expect(sum.divergences).toEqual([])
    expect(sum.struck).toBeGreaterThan(0)
  },
  900_000,
)

/** A restart with a fault at this request, then another with none. */
async function tryPoint(heroku: LocalHeroku, app: LocalApp, point: Point, fault: Fault) {
  const divergences: string[] = []
  const before = identities(app)
  const met = heroku.faults.add({
    kind: fault === 'cut' ? 'reset' : 'hang',
    after: point.message - 1,
    carriedOut: point.side === 'after',
  })
  const first = start(heroku, app)
  const over = first.done.then(() => true)
  if (fault === 'kill') {
    await Promise.race([over, eventually(() => met() > 0, 'the request that is to meet the fault')])
    first.kill('SIGKILL')
  }
  const { exitCode, stderr } = await first.done
  const struck = met() > 0
  heroku.faults.clear()
  if (struck && !allowed[fault].includes(exitCode)) {
    divergences.push(`the first restart ended with ${exitCode}: ${stderr.trim()}`)
  }
  if (exitCode === 0) divergences.push(...compare(before, app).map((line) => `it ended with 0, and ${line}`))
  await restart({ environment: environmentOf(heroku, app) }).catch((error: unknown) => {
    divergences.push(`the second restart failed: ${messageOf(error)}`)
  })
  divergences.push(...compare(before, app))
  const at = `${fault} ${point.side} request ${point.message}`
  return { struck, exitCode, divergences: divergences.map((line) => `${at}: ${line}`) }
}

const identities = (app: LocalApp) => new Map(app.dynos().map(({ name, id }) => [name, id]))

/** A line for each dyno that is not up, or not another than it was. */
function compare(before: ReadonlyMap<string, string>, app: LocalApp): string[] {
  const now = app.dynos()
  const names = now.map(({ name }) => name).toSorted()
  const wrong = names.join() === dynos.join() ? [] : [`the dynos are ${names.join(', ')}`]
  return [
    ...wrong,
    ...now.filter(({ state }) => state !== 'up').map(({ name, state }) => `${name} is ${state}`),
    ...now.filter(({ name, id }) => before.get(name) === id).map(({ name }) => `${name} is the old one`),
  ]
}

const environmentOf = (heroku: LocalHeroku, app: LocalApp) => ({
  HEROKU_API_KEY: heroku.token,
  HEROKU_API_URL: heroku.url,
  HEROKU_APP_NAME: app.name,
  RELEASE_RESTART_SETTLE: '50ms',
})

const start = (heroku: LocalHeroku, app: LocalApp) =>
  startRelease(['restart'], { cwd: process.cwd(), env: environmentOf(heroku, app) })

async function withApp<Result>(
  slug: string,
  work: (heroku: LocalHeroku, app: LocalApp) => Promise<Result>,
): Promise<Result> {
  const heroku = await startLocalHeroku({ timing: quickTiming })
  try {
    const app = await heroku.createApp()
    await app.push(slug)
    for (const [type, quantity] of Object.entries(formation)) app.scale(type, quantity)
    await app.waitForDynos()
    return await work(heroku, app)
  } finally {
    await heroku.close()
  }
}
