import { expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import { startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/start.js'
import { quickTiming } from '../../src/local-heroku/timing.js'
import { makeSlug } from '../local-heroku/support.js'
import { eventually } from '../support/eventually.js'
import { startRelease } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'
import { all, seed, sumUp, workers } from './extent.js'
import { everyPoint, forEachAtOnce, sample } from './points.js'
import type { Point } from './proxy.js'

const formation = { web: 2, worker: 1, clock: 0 }
const migrations = { 'migrations/1_a.sql': 'CREATE TABLE a (id int);' }

interface Kind {
  readonly fault: 'cut' | 'kill'
  /** Whether a person had switched maintenance mode on before. */
  readonly wasOn: boolean
  readonly sampled: number
}

const allowed: Readonly<Record<Kind['fault'], readonly number[]>> = { cut: [0, 69], kill: [137] }

interface Stage {
  readonly heroku: LocalHeroku
  readonly app: LocalApp
  readonly scene: Scene
}

it.each<Kind>([
  { fault: 'kill', wasOn: false, sampled: 4 },
  { fault: 'kill', wasOn: true, sampled: 2 },
  { fault: 'cut', wasOn: false, sampled: 2 },
])(
  'whichever request of a downtime deploy meets the fault "$fault" (maintenance mode on before: $wasOn), the next release brings formation and maintenance mode back to what they were',
  async (kind) => {
    const slug = await makeSlug({ Procfile: 'web: true\nworker: true\nclock: true' })
    const requests = await onStage(slug, kind, async (stage) => {
      const { exitCode } = await closing(stage).done
      expect(exitCode).toBe(0)
      return stage.heroku.requests.length
    })
    const every = everyPoint(requests)
    const points = all ? every : sample(every, kind.sampled, seed)
    const name = `${kind.fault}${kind.wasOn ? ', maintenance mode on before' : ''}`
    const sum = await sumUp(name, { of: every.length, kind: 'requests', points }, async (tell) => {
      await forEachAtOnce(points, workers, async (point) => {
        tell(await onStage(slug, kind, async (stage) => await tryPoint(stage, point, kind)))
      })
    })
    expect(sum.divergences).toEqual([])
    expect(sum.struck).toBeGreaterThan(0)
  },
  900_000,
)

/** A downtime deploy with a fault at this request, then an ordinary release with none. */
async function tryPoint(stage: Stage, point: Point, { fault, wasOn }: Kind) {
  const { heroku } = stage
  const divergences: string[] = []
  const met = heroku.faults.add({
    kind: fault === 'cut' ? 'reset' : 'hang',
    after: point.message - 1,
    carriedOut: point.side === 'after',
  })
  const first = closing(stage)
  const over = first.done.then(() => true)
  if (fault === 'kill') {
    await Promise.race([over, eventually(() => met() > 0, 'the request that is to meet the fault', 40_000)])
    first.kill('SIGKILL')
  }
  const { exitCode, stderr } = await first.done
  const struck = met() > 0
  heroku.faults.clear()
  if (struck && !allowed[fault].includes(exitCode)) {
    divergences.push(`the first release ended with ${exitCode}: ${stderr.trim()}`)
  }
  if (exitCode === 0)
    divergences.push(...(await compare(stage, wasOn)).map((line) => `it ended with 0, and ${line}`))
  const second = await run(stage, 'migrate').done
  if (second.exitCode !== 0)
    divergences.push(`the second ended with ${second.exitCode}: ${second.stderr.trim()}`)
  divergences.push(...(await compare(stage, wasOn)))
  const at = `${fault} ${point.side} request ${point.message}`
  return { struck, exitCode, divergences: divergences.map((line) => `${at}: ${line}`) }
}

/** A line for each thing that is not as it was before, or not as a release leaves it. */
async function compare({ app, scene }: Stage, wasOn: boolean): Promise<string[]> {
  const quantities = Object.fromEntries(app.formation().map(({ type, quantity }) => [type, quantity]))
  const [left] = await scene.database.query('SELECT * FROM release_phase.maintenance')
  const states = app.dynos().map(({ name, state }) => `${name} ${state}`)
  return [
    ...(JSON.stringify(quantities) === JSON.stringify(formation)
      ? []
      : [`the formation is ${JSON.stringify(quantities)}`]),
    ...(app.maintenance() === wasOn ? [] : [`maintenance mode is ${app.maintenance() ? 'on' : 'off'}`]),
    ...(left === undefined ? [] : [`the ledger remembers ${JSON.stringify(left)}`]),
    ...(states.join() === 'web.1 up,web.2 up,worker.1 up' ? [] : [`the dynos are ${states.join(', ')}`]),
    ...((await scene.history()).join() === '1_a' ? [] : ['the migration is not applied once']),
  ]
}

const run = ({ heroku, app, scene }: Stage, words: string) =>
  startRelease(words.split(' '), {
    cwd: scene.folder,
    env: {
      DATABASE_URL: scene.url,
      HEROKU_API_KEY: heroku.token,
      HEROKU_API_URL: heroku.url,
      HEROKU_APP_NAME: app.name,
      RELEASE_RESTART_SETTLE: '50ms',
      RELEASE_MAINTENANCE_DRAIN: '20ms',
    },
  })

const closing = (stage: Stage) => run(stage, 'migrate --maintenance always')

async function onStage<Result>(
  slug: string,
  { wasOn }: Kind,
  work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const heroku = await startLocalHeroku({ timing: quickTiming })
  try {
    const app = await heroku.createApp({ simulate: () => ({ outcome: 'up' }) })
    await app.push(slug)
    for (const [type, quantity] of Object.entries(formation)) app.scale(type, quantity)
    await app.waitForDynos()
    app.setMaintenance(wasOn)
    return await work({ heroku, app, scene: await createScene(migrations) })
  } finally {
    await heroku.close()
  }
}
