import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ReleaseError } from '../../src/core/errors.js'
import type { RestartEvent } from '../../src/heroku/restart/report.js'
import { eventually, makeSlug, startHeroku } from '../local-heroku/support.js'
import { dynosOf, idsOf, rejectionOf, restart } from './restart-support.js'

// On SIGTERM it takes no new connections and ends when the last answer is out, as an app on Heroku should.
const graceful = `
const server = require('node:http').createServer((request, response) => response.end('ok'))
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`
// Boots only where there is no file "broken".
const worker = `
if (require('node:fs').existsSync('broken')) {
  console.error('relation "orders" does not exist')
  process.exit(1)
}
setInterval(() => undefined, 1000)
`
const files = {
  Procfile: 'web: node web.js\nworker: node worker.js',
  'web.js': graceful,
  'worker.js': worker,
}

async function shop() {
  const heroku = await startHeroku()
  const app = await heroku.createApp({ name: 'shop' })
  const folder = await makeSlug(files)
  await app.push(folder)
  app.scale('web', 2)
  app.scale('worker', 2)
  await app.waitForDynos()
  return { heroku, app, folder }
}

/** Asks for a page, again and again, until stopped; resolves with the statuses that came. */
function startTraffic(url: string): { stop(): Promise<readonly number[]> } {
  const stopped = new AbortController()
  const statuses: number[] = []
  const loop = (async () => {
    while (!stopped.signal.aborted) statuses.push((await fetch(url)).status)
    return statuses
  })()
  return {
    stop: async () => {
      stopped.abort()
      return await loop
    },
  }
}

describe('a rolling restart', () => {
  it('restarts one dyno at a time while every request is served', async () => {
    const { heroku, app } = await shop()
    const before = idsOf(app)
    const traffic = startTraffic(app.routerUrl)
    const events: RestartEvent[] = []
    const statesAtOrder: string[] = []
    const report = await restart(heroku, app, {
      onEvent: (event) => {
        events.push(event)
        if (event.kind === 'restarting') statesAtOrder.push(...app.dynos().map(({ state }) => state))
      },
    })
    const statuses = await traffic.stop()
    expect(dynosOf(events, 'restarting')).toEqual(['worker.1', 'worker.2', 'web.1', 'web.2'])
    expect(dynosOf(events, 'up')).toEqual(['worker.1', 'worker.2', 'web.1', 'web.2'])
    expect(new Set(statesAtOrder)).toEqual(new Set(['up']))
    const after = idsOf(app)
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted())
    for (const [name, id] of Object.entries(before)) expect(after[name]).not.toBe(id)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(report).toMatchObject({ app: 'shop', skipped: [], stillDown: [] })
    expect(report.restarted.map(({ releaseVersion }) => releaseVersion)).toEqual([3, 3, 3, 3])
  })

  it('stops at a dyno that crashes on boot, and leaves the others as they are', async () => {
    const { heroku, app, folder } = await shop()
    const before = idsOf(app)
    await writeFile(join(folder, 'broken'), '')
    const events: RestartEvent[] = []
    // So long that even the slowest machine has seen the crash by then.
    const settleMs = 50_000
    const error = await rejectionOf(
      restart(heroku, app, { settleMs, onEvent: (event) => events.push(event) }),
    )
    expect(error).toBeInstanceOf(ReleaseError)
    expect(error).toMatchObject({ code: 'restart-crashed', exitCode: 1 })
    expect(error).toHaveProperty(
      'message',
      'worker.1 of shop crashed after its restart (release v3, state crashed), so the restart stopped there. ' +
        'No other dyno was restarted. Not touched, still running as before: worker.2, web.1, web.2.',
    )
    expect(error).toHaveProperty('todo.0', expect.stringContaining('heroku logs --num 200 --dyno worker.1'))
    expect(error).toHaveProperty(
      'detail',
      expect.arrayContaining([expect.stringContaining('relation "orders" does not exist')]),
    )
    expect(events.at(-1)).toMatchObject({ kind: 'crashed', dyno: 'worker.1', ends: true })
    const { 'worker.1': crashed, ...others } = before
    expect(idsOf(app)).toMatchObject(others)
    expect(idsOf(app)['worker.1']).not.toBe(crashed)
  })

  it('begins with dynos that crashed before, and they come up again', async () => {
    const { heroku, app, folder } = await shop()
    await writeFile(join(folder, 'broken'), '')
    app.crash('worker.2')
    const stateOf = () => app.dynos().find(({ name }) => name === 'worker.2')?.state
    await eventually(() => stateOf() === 'crashed', 'the crash of worker.2')
    await rm(join(folder, 'broken'))
    const report = await restart(heroku, app, { types: ['worker'] })
    expect(report.restarted).toMatchObject([
      { dyno: 'worker.2', wasDown: true },
      { dyno: 'worker.1', wasDown: false },
    ])
    expect(stateOf()).toBe('up')
  })

  it('never touches one-off dynos, nor the release phase that runs meanwhile', async () => {
    const { heroku, app } = await shop()
    void app.runOneOff('sleep 300')
    const next = await makeSlug({ ...files, Procfile: 'web: node web.js\nrelease: node wait.js' })
    await writeFile(
      join(next, 'wait.js'),
      `setInterval(() => { if (require('node:fs').existsSync('done')) process.exit(0) }, 20)`,
    )
    const pushed = app.push(next)
    const bystanders = () =>
      app.dynos().filter(({ type, state }) => (type === 'release' || type === 'run') && state === 'up')
    await eventually(() => bystanders().length === 2, 'a release dyno and a one-off dyno')
    const before = bystanders().map(({ id }) => id)
    const events: RestartEvent[] = []
    const report = await restart(heroku, app, { onEvent: (event) => events.push(event) })
    expect(bystanders().map(({ id }) => id)).toEqual(before)
    expect(report.restarted).toHaveLength(4)
    const reasons = report.skipped.map(({ reason }) => reason).toSorted()
    expect(reasons).toEqual(['outside-formation', 'release-phase'])
    await writeFile(join(next, 'done'), '')
    expect(await pushed).toMatchObject({ status: 'succeeded' })
  })
})
