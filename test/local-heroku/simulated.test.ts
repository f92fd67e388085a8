import { describe, expect, it } from 'vitest'
import { call, eventually, startHeroku, webSlug } from './support.js'

describe('a simulated formation', () => {
  it('of a hundred dynos starts, restarts and serves without a process', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({
      simulate: ({ starts }) => ({ outcome: starts === 1 ? 'up' : 'stuck' }),
    })
    await app.push(await webSlug('never run'))
    app.scale('web', 100)
    await app.waitForDynos()
    expect(app.dynos()).toHaveLength(100)
    expect(await (await fetch(app.routerUrl)).text()).toMatch(/^web\.\d+ v3\n$/)
    const before = app.dynos()
    await call(heroku, 'DELETE', `/apps/${app.name}/formations/web`)
    const after = app.dynos()
    expect(after.every(({ state }) => state === 'starting')).toBe(true)
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
    expect(after.some(({ id }) => before.some((dyno) => dyno.id === id))).toBe(false)
  })

  it('follows a script by dyno and by number of starts', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({
      simulate: ({ name, starts }) => {
        if (name === 'web.2') return { outcome: starts === 1 ? 'crashed' : 'up' }
        return { outcome: name === 'web.3' ? 'stuck' : 'up', bootMs: 5 }
      },
    })
    await app.push(await webSlug('never run'))
    app.scale('web', 3)
    const states = () =>
      app
        .dynos()
        .map(({ state }) => state)
        .join(' ')
    await eventually(() => states() === 'up crashed starting', 'the script is played')
    await call(heroku, 'DELETE', `/apps/${app.name}/dynos/web.2`)
    await eventually(() => states() === 'up up starting', 'the second start is played')
    app.crash('web.1')
    expect(states()).toBe('crashed up starting')
  })

  it('has release phases that succeed or fail by script', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({
      simulate: ({ type, releaseVersion }) => ({
        outcome: type === 'release' && releaseVersion === 4 ? 'crashed' : 'up',
      }),
    })
    const folder = await webSlug('never run', 'release: false')
    expect(await app.push(folder)).toMatchObject({ version: 3, status: 'succeeded' })
    expect(await app.push(folder)).toMatchObject({ version: 4, status: 'failed' })
  })
})
