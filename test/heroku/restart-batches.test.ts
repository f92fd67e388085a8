import { describe, expect, it } from 'vitest'
import type { RestartEvent } from '../../src/heroku/restart/report.js'
import { eventually, makeSlug, startHeroku } from '../local-heroku/support.js'
import {
  dynosOf,
  idsOf,
  rejectionOf,
  requestsOf,
  restart,
  simulatedApp,
  type Script,
} from './restart-support.js'

const crashesLater =
  (...names: readonly string[]): Script =>
  ({ name, starts }) =>
    starts > 1 && names.includes(name) ? 'crashed' : 'up'

const brokenAtFirst: Script = ({ name, starts }) => (starts === 1 || name === 'worker.2' ? 'crashed' : 'up')

/** Collects events, and how many dynos were not up whenever a batch began. */
function watchEvents(app: Awaited<ReturnType<typeof simulatedApp>>) {
  const events: RestartEvent[] = []
  const awayAtOrder: number[] = []
  return {
    events,
    awayAtOrder,
    onEvent: (event: RestartEvent) => {
      events.push(event)
      if (event.kind !== 'restarting') return
      awayAtOrder.push(app.dynos().filter(({ state }) => state !== 'up').length)
    },
  }
}

describe('a restart in batches', () => {
  it('restarts as many at a time, and begins a batch when the one before is up', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 5 })
    await app.waitForDynos()
    const before = idsOf(app)
    const { events, awayAtOrder, onEvent } = watchEvents(app)
    const report = await restart(heroku, app, { batch: { count: 2 }, onEvent })
    expect(report).toMatchObject({ batches: 3, stillDown: [] })
    expect(dynosOf(events, 'restarting')).toEqual(['web.1', 'web.2', 'web.3', 'web.4', 'web.5'])
    // Of a batch, the first finds all up, and the second at most the first away.
    expect(Math.max(...awayAtOrder)).toBeLessThanOrEqual(1)
    expect([awayAtOrder[0], awayAtOrder[2], awayAtOrder[4]]).toEqual([0, 0, 0])
    for (const [name, id] of Object.entries(before)) expect(idsOf(app)[name]).not.toBe(id)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'type', batchSize: 2, quantity: 5 }))
  })

  it('takes a share of each process type', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 8, worker: 3 })
    await app.waitForDynos()
    const { events, onEvent } = watchEvents(app)
    const report = await restart(heroku, app, { batch: { share: 0.25 }, onEvent })
    expect(report.batches).toBe(3 + 4)
    const sizes = events.flatMap((event) => (event.kind === 'type' ? [[event.type, event.batchSize]] : []))
    expect(sizes).toEqual([
      ['worker', 1],
      ['web', 2],
    ])
  })

  it('costs looks by the batch, however many dynos that has', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 100 })
    await app.waitForDynos()
    const before = requestsOf(heroku, 'GET').length
    await restart(heroku, app, { batch: { count: 100 } })
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(100)
    expect(requestsOf(heroku, 'GET').length - before).toBeLessThan(20)
  })

  it('stops at a crash in a batch: what is in flight is named, and the next batch is not touched', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 6 }, crashesLater('web.4'))
    await app.waitForDynos()
    const before = idsOf(app)
    const error = await rejectionOf(restart(heroku, app, { batch: { count: 2 }, settleMs: 200 }))
    expect(error).toMatchObject({ code: 'restart-crashed', exitCode: 1 })
    expect(error).toHaveProperty('message', expect.stringMatching(/^web\.4 of .* crashed/))
    expect(error).toHaveProperty('message', expect.stringContaining('Restarted and up: web.1, web.2'))
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('Not touched, still running as before: web.5, web.6.'),
    )
    expect(idsOf(app)).toMatchObject({ 'web.5': before['web.5'], 'web.6': before['web.6'] })
  })

  it('goes on with the rest of a batch where the whole process type was down before', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { worker: 3, web: 0 }, brokenAtFirst)
    await eventually(() => app.dynos().every(({ state }) => state === 'crashed'), 'three crashes')
    const report = await restart(heroku, app, { batch: { count: 3 } })
    expect(report.stillDown).toEqual(['worker.2'])
    expect(report.restarted.map(({ dyno }) => dyno).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'worker.1',
      'worker.3',
    ])
  })

  it('gives every dyno of a Fir app a successor of its own', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 6 }, undefined, 'fir')
    await app.waitForDynos()
    const before = Object.keys(idsOf(app))
    const report = await restart(heroku, app, { batch: { count: 4 } })
    const successors = new Set(report.restarted.map(({ successor }) => successor))
    expect(successors.size).toBe(6)
    expect(successors).toEqual(new Set(Object.keys(idsOf(app))))
    expect(before.some((name) => successors.has(name))).toBe(false)
  })

  it('takes no dyno of Fir twice, also where one order had to be repeated', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 }, undefined, 'fir')
    await app.waitForDynos()
    const before = Object.keys(idsOf(app))
    heroku.faults.add({ match: { method: 'DELETE' }, kind: 'status', status: 503, after: 1 })
    const report = await restart(heroku, app, { batch: { count: 2 } })
    const successors = new Set(report.restarted.map(({ successor }) => successor))
    expect(successors).toEqual(new Set(Object.keys(idsOf(app))))
    expect(before.some((name) => successors.has(name))).toBe(false)
  })

  it('sends no further order once one was refused, and says which were sent', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 40 })
    await app.waitForDynos()
    heroku.faults.add({ match: { method: 'DELETE' }, kind: 'status', status: 401, after: 2 })
    const error = await rejectionOf(restart(heroku, app, { batch: { count: 40 } }))
    expect(error).toMatchObject({ code: 'token-refused', exitCode: 78 })
    expect(error).toHaveProperty('message', expect.stringContaining('were just being restarted.'))
    expect(error).toHaveProperty('todo', expect.arrayContaining([expect.stringContaining('--older-than')]))
    expect(requestsOf(heroku, 'DELETE').length).toBeLessThan(12)
  })

  it('is late as a whole where one dyno does not come up', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 4 }, ({ name, starts }) =>
      starts > 1 && name === 'web.2' ? 'stuck' : 'up',
    )
    await app.waitForDynos()
    const error = await rejectionOf(restart(heroku, app, { batch: { count: 2 }, perDynoDeadlineMs: 1500 }))
    expect(error).toMatchObject({ code: 'restart-timeout' })
    expect(error).toHaveProperty('message', expect.stringMatching(/^web\.2 of .* did not come up/))
    expect(error).toHaveProperty('message', expect.stringContaining('Restarted and up: web.1.'))
  })
})

describe('a restart beside a release phase', () => {
  it('says that the platform will replace every dyno, and that dynos boot the old code until then', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 }, ({ type }) => (type === 'release' ? 'stuck' : 'up'))
    await app.waitForDynos()
    void app.push(await makeSlug({ Procfile: 'web: true\nrelease: true' }))
    const { events, onEvent } = watchEvents(app)
    await restart(heroku, app, { onEvent })
    expect(events).toContainEqual({ kind: 'pending-release', version: 4 })
  })
})

describe('the quota of API requests', () => {
  it('is waited for before a batch, so that the restart leaves some to others', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    heroku.quota.set(109)
    const { events, onEvent } = watchEvents(app)
    const report = await restart(heroku, app, { onEvent })
    expect(report.restarted).toHaveLength(1)
    const [pause] = events.flatMap((event) => (event.kind === 'quota' ? [event.pauseMs] : []))
    expect(pause).toBeGreaterThan(0)
    const order = events.map(({ kind }) => kind)
    expect(order.indexOf('quota')).toBeLessThan(order.indexOf('restarting'))
  })

  it('is waited for no longer than the whole restart may take, and nothing is restarted then', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    heroku.quota.set(50)
    const error = await rejectionOf(restart(heroku, app, { deadlineMs: 200 }))
    expect(error).toMatchObject({ code: 'restart-timeout', exitCode: 1 })
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })

  it('is told once when it is near its end, and nothing waits then', async () => {
    const heroku = await startHeroku({ rateLimit: { capacity: 4500, perMinute: 0 } })
    const app = await simulatedApp(heroku, { web: 2 })
    await app.waitForDynos()
    heroku.quota.set(400)
    const { events, onEvent } = watchEvents(app)
    const report = await restart(heroku, app, { onEvent })
    const told = events.filter(({ kind }) => kind === 'quota')
    expect(told).toEqual([{ kind: 'quota', requestsLeft: expect.any(Number) as number, pauseMs: 0 }])
    expect(report.requestsLeft).toBeLessThan(400)
  })
})
