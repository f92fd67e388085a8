import { describe, expect, it } from 'vitest'
import { call, makeSlug, startHeroku, webServer, webSlug } from './support.js'

describe('a push', () => {
  it('makes a release, starts a web dyno and routes requests to it', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ name: 'shop' })
    const release = await app.push(await webSlug('one'), { commit: 'a'.repeat(40), user: 'ann@example.com' })
    expect(release).toMatchObject({
      version: 3,
      status: 'succeeded',
      current: true,
      description: 'Deploy aaaaaaaa',
    })
    expect(release.user.email).toBe('ann@example.com')
    await app.waitForDynos()
    expect(app.dynos()).toMatchObject([{ name: 'web.1', state: 'up', release: { version: 3 } }])
    const response = await fetch(app.routerUrl)
    expect(await response.text()).toBe('one')
    expect(app.router.stats).toMatchObject({ requests: 1, served: 1, failed: 0 })
  })

  it('runs the release command with the new code before any dyno is replaced', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.setConfigVars({ ROUTER: app.routerUrl })
    await app.waitForDynos()
    const lines: string[] = []
    const release = await app.push(
      await makeSlug({
        Procfile: 'web: node server.js\nrelease: cat answer && echo $DYNO && node ask.js',
        'server.js': webServer('two'),
        answer: 'two\n',
        'ask.js': 'fetch(process.env.ROUTER).then((r) => r.text()).then(console.log)',
      }),
      { onLine: (line) => lines.push(line) },
    )
    expect(release.status).toBe('succeeded')
    expect(lines[0]).toBe('two')
    expect(lines[1]).toMatch(/^release\.\d{4}$/)
    expect(lines[2]).toBe('one')
    expect(app.releaseOutput(5)).toEqual(lines)
  })

  it('keeps the old release when the release command fails', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('old'))
    await app.waitForDynos()
    const before = app.dynos()
    const release = await app.push(await webSlug('new', 'release: echo no; exit 3'))
    expect(release).toMatchObject({ version: 4, status: 'failed', current: false })
    expect(app.dynos()).toEqual(before)
    expect(await (await fetch(app.routerUrl)).text()).toBe('old')
    const listed = await call(heroku, 'GET', `/apps/${app.name}/releases/4`)
    expect(listed.body).toMatchObject({ status: 'failed', current: false })
  })
})
