import { describe, expect, it } from 'vitest'
import { eventually, isAlive, makeSlug, startHeroku, webSlug } from './support.js'

const printEnv = `node -e "console.log(JSON.stringify(process.env))"`

describe('the environment of a dyno', () => {
  it("holds the config vars and the dyno's own, and nothing of ours", async () => {
    process.env['LOCAL_HEROKU_LEAK'] = 'leaked'
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { COLOUR: 'red' } })
    const folder = await webSlug('one')
    await app.push(folder)
    await app.waitForDynos()
    const web = (await (await fetch(`${app.routerUrl}/env`)).json()) as Record<string, string>
    delete process.env['LOCAL_HEROKU_LEAK']
    const { PATH, PORT, PWD: _, ...rest } = web
    expect(rest).toEqual({ COLOUR: 'red', DYNO: 'web.1', HOME: folder, LANG: 'en_US.UTF-8' })
    expect(PATH).toMatch(new RegExp(`^${folder}/node_modules/.bin:`))
    expect(Number(PORT)).toBeGreaterThan(1023)
  })

  it('tells about app, release and slug where the labs flag is on', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ name: 'shop', dynoMetadata: true })
    await app.push(await webSlug('one', `release: ${printEnv}`), { commit: 'abc123' })
    const release = app.releases()[2]
    const env = JSON.parse(app.releaseOutput(3).join('')) as Record<string, string>
    expect(env).toMatchObject({
      HEROKU_APP_ID: app.id,
      HEROKU_APP_NAME: 'shop',
      HEROKU_RELEASE_VERSION: 'v3',
      HEROKU_RELEASE_CREATED_AT: release?.created_at,
      HEROKU_SLUG_COMMIT: 'abc123',
    })
    expect(env['HEROKU_DYNO_ID']).toMatch(/^[0-9a-f-]{36}$/)
    expect(env['PORT']).toBeUndefined()
  })

  it('of a review app tells its pull request', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({
      name: 'shop-pr-7',
      reviewApp: { pr: 7, branch: 'new-cart', parent: 'shop' },
    })
    await app.push(await webSlug('one', `release: ${printEnv}`))
    expect(JSON.parse(app.releaseOutput(3).join(''))).toMatchObject({
      HEROKU_APP_NAME: 'shop-pr-7',
      HEROKU_BRANCH: 'new-cart',
      HEROKU_PR_NUMBER: '7',
      HEROKU_PARENT_APP_NAME: 'shop',
    })
  })

  it('of a one-off dyno may have variables of its own', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { A: 'app', B: 'app' } })
    await app.push(await webSlug('one'))
    expect((await app.runOneOff('echo $A $B $DYNO', { env: { A: 'own' } })).output[0]).toMatch(
      /^own app run\.\d{4}$/,
    )
  })
})

describe('a dyno', () => {
  it('that binds no port in time crashes with R10', async () => {
    const heroku = await startHeroku({ timing: { bootTimeoutMs: 300 } })
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'web: echo booting; sleep 600' }))
    await expect(app.waitForDynos()).rejects.toMatchObject({ code: 'dyno-crashed' })
    expect(texts(app)).toContain(
      'Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 0.3 seconds of launch',
    )
    expect(texts(app)).toContain('State changed from starting to crashed')
    const response = await fetch(app.routerUrl)
    expect(response.status).toBe(503)
    expect(app.router.stats.codes).toEqual({ H10: 1 })
  })

  it('of another type counts as up when it has lived a moment, and as crashed when it ends', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'good: exec sleep 600\nbad: echo oh no; exit 0' }))
    app.scale('good', 1)
    await app.waitForDynos()
    app.scale('bad', 1)
    const bad = () => app.dynos().find(({ type }) => type === 'bad')
    await eventually(() => bad()?.state === 'crashed', 'it has crashed')
    await expect(app.waitForDynos()).rejects.toMatchObject({ code: 'dyno-crashed' })
    expect(texts(app)).toContain('oh no')
  })

  it('takes its children with it, whoever starts them', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'worker: sleep 600 & echo child $!; wait' }))
    app.scale('worker', 1)
    const pid = await eventually(() => childPid(app), 'the child runs')
    app.scale('worker', 0)
    await eventually(() => !isAlive(pid), 'the child is gone')
    app.scale('worker', 1)
    const next = await eventually(() => childPid(app, pid), 'another child runs')
    app.crash('worker.1')
    await eventually(() => !isAlive(next), 'the other child is gone')
    await eventually(() => app.dynos()[0]?.state === 'crashed', 'the dyno has crashed')
    expect([isAlive(pid), isAlive(next)]).toEqual([false, false])
  })

  it('of a command that does not exist ends with 127', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    expect(await app.runOneOff('no-such-command')).toMatchObject({ status: 127 })
  })

  it('is stopped at the end of its time to live', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    expect(await app.runOneOff('exec sleep 600', { timeToLiveMs: 100 })).toMatchObject({ status: 143 })
  })
})

const texts = (app: { logs(): readonly { text: string }[] }) => app.logs().map(({ text }) => text)

function childPid(app: { logs(): readonly { text: string }[] }, other?: number): number | undefined {
  const pids = texts(app).map((text) => Number(/^child (\d+)$/.exec(text)?.[1]))
  return pids.find((pid) => pid > 0 && pid !== other)
}
