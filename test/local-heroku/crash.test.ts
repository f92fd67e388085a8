import { describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import { call, eventually, startHeroku, webSlug } from './support.js'

const hourMs = 3_600_000

const starts = (app: LocalApp) =>
  app.logs().filter(({ text }) => text === 'State changed from crashed to starting').length
const stateOf = (app: LocalApp) => app.dynos()[0]?.state

describe('a dyno that crashed', () => {
  it('is started again at once, as another dyno in its place', async () => {
    const heroku = await startHeroku({ timing: { crashPausesMs: [0, hourMs] } })
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    const [before] = app.dynos()
    app.crash('web.1')
    await eventually(() => app.dynos()[0]?.id !== before?.id && stateOf(app) === 'up', 'web.1 is up again')
    expect(app.dynos()).toMatchObject([{ name: 'web.1', release: { version: 3 } }])
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
    expect(app.logs().map(({ text }) => text)).not.toContain('Restarting')
  })

  it('rests longer after each crash in a row, until a release or a restart begins anew', async () => {
    const heroku = await startHeroku({ timing: { crashPausesMs: [0, 0, hourMs] } })
    const app = await heroku.createApp({ simulate: () => ({ outcome: 'crashed', bootMs: 1 }) })
    const folder = await webSlug('never run')
    const rest = async (after: number) =>
      await eventually(() => starts(app) >= after && stateOf(app) === 'crashed', `a rest after ${after}`)
    await app.push(folder)
    await rest(2)
    // The release replaces the crashed dyno, which is a start as well; so does the restart.
    await app.push(folder)
    await rest(5)
    await call(heroku, 'DELETE', `/apps/${app.name}/dynos`)
    await rest(8)
    expect(starts(app)).toBe(8)
  })
})
