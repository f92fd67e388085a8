import { describe, expect, it } from 'vitest'
import type { RestartEvent } from '../../src/heroku/restart/report.js'
import { eventually, startHeroku } from '../local-heroku/support.js'
import {
  dynosOf,
  idsOf,
  rejectionOf,
  requestsOf,
  restart,
  simulatedApp,
  type Script,
} from './restart-support.js'

const dynoList = /\/dynos$/
const stuckLater: Script = ({ starts }) => (starts === 1 ? 'up' : 'stuck')

describe('trouble with the Platform API', () => {
  it('in the middle of polling is survived', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 })
    await app.waitForDynos()
    const met = heroku.faults.add({
      match: { method: 'GET', path: dynoList },
      kind: 'status',
      status: 500,
      after: 1,
      times: 7,
    })
    const report = await restart(heroku, app)
    expect(report.restarted).toHaveLength(2)
    expect(met()).toBe(7)
  })

  it('a restart whose answer was lost is not ordered twice', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    heroku.faults.add({ match: { method: 'DELETE' }, kind: 'reset', carriedOut: true })
    const report = await restart(heroku, app)
    expect(report.restarted).toHaveLength(1)
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(1)
  })

  it.each([{ kind: 'reset' }, { kind: 'rate-limit' }, { kind: 'status', status: 503 }] as const)(
    'an order that was not carried out ($kind) is repeated once the list shows it',
    async (fault) => {
      const heroku = await startHeroku()
      const starts: number[] = []
      const app = await simulatedApp(heroku, { web: 1 }, (dyno) => {
        starts.push(dyno.starts)
        return 'up'
      })
      await app.waitForDynos()
      heroku.faults.add({ match: { method: 'DELETE' }, ...fault })
      expect((await restart(heroku, app)).restarted).toHaveLength(1)
      expect(requestsOf(heroku, 'DELETE')).toHaveLength(2)
      expect(starts).toEqual([1, 2])
    },
  )

  it.each([
    [{ kind: 'status', status: 503 }, 'platform-unavailable', 69],
    [{ kind: 'rate-limit' }, 'rate-limited', 75],
  ] as const)(
    'an order that Heroku never confirms ends it as Heroku does: %o',
    async (fault, code, exitCode) => {
      const heroku = await startHeroku()
      const app = await simulatedApp(heroku, { web: 2 })
      await app.waitForDynos()
      heroku.faults.add({ match: { method: 'DELETE' }, times: Infinity, ...fault })
      const events: RestartEvent[] = []
      const error = await rejectionOf(
        restart(heroku, app, { perDynoDeadlineMs: 500, onEvent: (event) => events.push(event) }),
      )
      expect(error).toMatchObject({ code, exitCode })
      expect(error).toHaveProperty('message', expect.stringContaining('web.1 was just being restarted.'))
      expect(error).toHaveProperty(
        'todo',
        expect.arrayContaining([expect.stringMatching(/^Then restart the rest/)]),
      )
      expect(dynosOf(events, 'restarting')).toEqual(['web.1'])
      expect(events).toContainEqual(expect.objectContaining({ kind: 'unconfirmed', dyno: 'web.1' }))
    },
  )

  it('a token that is refused halfway ends it, and the error says how far it came', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1, worker: 1 })
    await app.waitForDynos()
    heroku.faults.add({ match: { method: 'DELETE' }, kind: 'status', status: 401, after: 1 })
    const error = await rejectionOf(restart(heroku, app))
    expect(error).toMatchObject({ code: 'token-refused', exitCode: 78 })
    expect(error).toHaveProperty('message', expect.stringContaining('Restarted and up: worker.1.'))
  })
})

describe('a dyno that does not come up', () => {
  it('ends the restart at its deadline', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 }, stuckLater)
    await app.waitForDynos()
    const before = idsOf(app)
    const events: RestartEvent[] = []
    const error = await rejectionOf(
      restart(heroku, app, { perDynoDeadlineMs: 200, onEvent: (event) => events.push(event) }),
    )
    expect(error).toMatchObject({ code: 'restart-timeout', exitCode: 1 })
    expect(error).toHaveProperty('message', expect.stringContaining('(release v3, state starting)'))
    expect(error).toHaveProperty('message', expect.stringContaining('still running as before: web.2.'))
    expect(events.at(-1)).toMatchObject({ kind: 'late', dyno: 'web.1', ends: true })
    expect(idsOf(app)['web.2']).toBe(before['web.2'])
  })

  it('ends the restart when the time for the whole is over', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 }, stuckLater)
    await app.waitForDynos()
    const error = await rejectionOf(restart(heroku, app, { deadlineMs: 200 }))
    expect(error).toMatchObject({ code: 'restart-timeout' })
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('the time for the whole restart was over'),
    )
  })

  it('ends at once when the signal is aborted', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 }, stuckLater)
    await app.waitForDynos()
    const stop = new AbortController()
    const running = restart(heroku, app, { pollMs: 50_000, signal: stop.signal })
    await eventually(() => requestsOf(heroku, 'DELETE').length === 1, 'the first restart')
    stop.abort(new Error('stopped by hand'))
    expect(await rejectionOf(running)).toEqual(new Error('stopped by hand'))
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(1)
  })
})

describe('a crash', () => {
  it('of a dyno that was restarted and up already ends it too', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { worker: 2, web: 1 })
    await app.waitForDynos()
    const error = await rejectionOf(
      restart(heroku, app, {
        onEvent: (event) => {
          if (event.kind === 'up') app.crash(event.dyno)
        },
      }),
    )
    expect(error).toMatchObject({ code: 'restart-crashed' })
    expect(error).toHaveProperty('message', expect.stringMatching(/^worker\.1 of .* crashed/))
    expect(error).toHaveProperty('message', expect.stringContaining('worker.2 was just being restarted.'))
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('Not touched, still running as before: web.1.'),
    )
  })

  it('in the time that a new dyno must stay up ends it before the next one is touched', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 })
    await app.waitForDynos()
    app.followLogs(({ line }) => {
      if (/\[web\.1\]: State changed from starting to up/.test(line)) setImmediate(() => app.crash('web.1'))
    })
    const error = await rejectionOf(restart(heroku, app, { settleMs: 30_000 }))
    expect(error).toMatchObject({ code: 'restart-crashed' })
    expect(error).toHaveProperty('message', expect.stringMatching(/^web\.1 of .* crashed/))
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(1)
  })

  it('before the restart and again after it ends nothing where the whole type was down', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { worker: 2, web: 1 }, ({ type }) =>
      type === 'worker' ? 'crashed' : 'up',
    )
    await eventually(
      () =>
        app.dynos().filter(({ state }) => state === 'crashed').length === 2 &&
        app.dynos().every(({ state }) => state !== 'starting'),
      'crashed workers',
    )
    const events: RestartEvent[] = []
    const report = await restart(heroku, app, { onEvent: (event) => events.push(event) })
    expect(report.stillDown).toEqual(['worker.1', 'worker.2'])
    expect(report.restarted.map(({ dyno }) => dyno)).toEqual(['web.1'])
    expect(events.find(({ kind }) => kind === 'crashed')).toMatchObject({ ends: false })
  })

  it('again, of a dyno with healthy ones beside it, ends it before they are touched', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2 }, ({ name }) => (name === 'web.2' ? 'crashed' : 'up'))
    await eventually(() => app.dynos().every(({ state }) => state !== 'starting'), 'boot')
    const before = idsOf(app)
    const error = await rejectionOf(restart(heroku, app))
    expect(error).toMatchObject({ code: 'restart-crashed' })
    expect(idsOf(app)['web.1']).toBe(before['web.1'])
  })
})

describe('what others do meanwhile', () => {
  it('a deploy replaces the rest: its dynos are waited for and not restarted again', async () => {
    const heroku = await startHeroku()
    const starts: string[] = []
    const app = await simulatedApp(heroku, { worker: 1, web: 2 }, ({ name, starts: count }) => {
      starts.push(`${name} ${count}`)
      return 'up'
    })
    await app.waitForDynos()
    let deploy: Promise<unknown> | undefined
    const report = await restart(heroku, app, {
      onEvent: (event) => {
        if (event.kind === 'up') deploy ??= app.setConfigVars({ COLOUR: 'blue' })
      },
    })
    await deploy
    expect(report.restarted.map(({ releaseVersion }) => releaseVersion)).toEqual([3, 4, 4])
    expect(starts.filter((start) => start.startsWith('web'))).toEqual([
      'web.1 1',
      'web.2 1',
      'web.1 2',
      'web.2 2',
    ])
  })

  it('a dyno that was scaled away is skipped', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 3 })
    await app.waitForDynos()
    const report = await restart(heroku, app, {
      onEvent: (event) => {
        if (event.kind === 'up') app.scale('web', 2)
      },
    })
    expect(report.restarted.map(({ dyno }) => dyno)).toEqual(['web.1', 'web.2'])
    expect(report.skipped).toEqual([{ type: 'web', dyno: 'web.3', reason: 'gone' }])
  })

  it.each(['cedar', 'fir'] as const)(
    'a dyno that is scaled away while it restarts is not waited for (%s)',
    async (generation) => {
      const heroku = await startHeroku()
      const app = await simulatedApp(heroku, { worker: 2 }, stuckLater, generation)
      await app.waitForDynos()
      const report = await restart(heroku, app, {
        batch: { count: 2 },
        perDynoDeadlineMs: 50_000,
        onEvent: (event) => {
          if (event.kind === 'restarting' && event.position === 2) setImmediate(() => app.scale('worker', 0))
        },
      })
      expect(report.restarted).toEqual([])
      expect(report.skipped.map(({ reason }) => reason)).toEqual(['gone', 'gone'])
    },
  )
})

describe('a formation', () => {
  it('of a hundred dynos costs one DELETE for each and one list for each look', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 100 })
    await app.waitForDynos()
    const before = requestsOf(heroku, 'GET').length
    const report = await restart(heroku, app, { settleMs: 0 })
    expect(report.restarted).toHaveLength(100)
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(100)
    const paths = requestsOf(heroku, 'GET').slice(before)
    const ends = ['formation', 'dynos', 'releases']
    expect(new Set(paths)).toEqual(new Set(ends.map((end) => `/apps/${app.name}/${end}`)))
    for (const end of ['/formation', '/releases']) {
      expect(paths.filter((path) => path.endsWith(end))).toHaveLength(1)
    }
  })

  it('on Fir, where a new dyno has a new name, is restarted by type', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 2, worker: 1 }, undefined, 'fir')
    await app.waitForDynos()
    const before = Object.keys(idsOf(app))
    const events: RestartEvent[] = []
    const report = await restart(heroku, app, { onEvent: (event) => events.push(event) })
    expect(dynosOf(events, 'restarting').toSorted()).toEqual(before.toSorted())
    const successors = report.restarted.map(({ successor }) => successor)
    expect(successors.toSorted()).toEqual(Object.keys(idsOf(app)).toSorted())
    for (const name of before) expect(successors).not.toContain(name)
  })

  it('scaled to zero, or without dynos, is skipped in one line and nothing is sent', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 0, worker: 0 })
    const report = await restart(heroku, app)
    expect(report).toMatchObject({ restarted: [], stillDown: [] })
    expect(report.skipped).toEqual([
      { type: 'worker', reason: 'scaled-to-zero' },
      { type: 'web', reason: 'scaled-to-zero' },
    ])
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(0)
  })

  it('without the process type that was asked for is a usage error that names those it has', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1, worker: 1 })
    const error = await rejectionOf(restart(heroku, app, { types: ['wbe'] }))
    expect(error).toMatchObject({ code: 'usage', exitCode: 64 })
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('no process type "wbe" to restart. It has web, worker.'),
    )
  })
})
