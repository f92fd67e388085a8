import { describe, expect, it } from 'vitest'
import { call, eventually, makeSlug, startHeroku, webSlug } from './support.js'

describe('the router', () => {
  it('shares requests among the web dynos', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    app.scale('web', 2)
    await app.waitForDynos()
    const dynos = new Set<string>()
    for (let count = 0; count < 4; count += 1) {
      const env = (await (await fetch(`${app.routerUrl}/env`)).json()) as Record<string, string>
      dynos.add(env['DYNO'] ?? '')
    }
    expect(dynos).toEqual(new Set(['web.1', 'web.2']))
    expect(app.router.stats.servedByRelease).toEqual({ 3: 4 })
  })

  it('passes method, headers and body on, and the answer back', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const echo = `require('node:http').createServer((request, response) => {
      response.writeHead(201, { 'x-method': request.method, 'x-id': request.headers['x-request-id'] })
      request.pipe(response)
    }).listen(process.env.PORT)`
    await app.push(await makeSlug({ Procfile: 'web: exec node echo.js', 'echo.js': echo }))
    const response = await fetch(app.routerUrl, { method: 'PUT', body: 'hello' })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-method')).toBe('PUT')
    expect(response.headers.get('x-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.text()).toBe('hello')
  })

  it('holds requests while a dyno boots', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    expect(app.dynos()[0]?.state).toBe('starting')
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
  })

  it('gives up with H20 on a dyno that does not boot', async () => {
    const heroku = await startHeroku({ timing: { routerHoldMs: 200 } })
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'web: sleep 600' }))
    expect((await fetch(app.routerUrl)).status).toBe(503)
    expect(app.router.stats.failures).toMatchObject([{ code: 'H20', status: 503, dyno: undefined }])
  })

  it('gives H14 without web dynos and the maintenance page in maintenance', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    app.scale('web', 0)
    expect((await fetch(app.routerUrl)).status).toBe(503)
    app.setMaintenance(true)
    const page = await fetch(app.routerUrl)
    expect(page.status).toBe(503)
    expect(await page.text()).toContain('Offline for Maintenance')
    expect(app.router.stats).toMatchObject({ requests: 2, served: 0, failed: 2, codes: { H14: 1, H80: 1 } })
  })

  it('gives H12 when the answer takes too long', async () => {
    const heroku = await startHeroku({ timing: { requestTimeoutMs: 300 } })
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    expect((await fetch(`${app.routerUrl}/slow`)).status).toBe(503)
    expect(app.router.stats.codes).toEqual({ H12: 1 })
    expect(app.logs({ dyno: 'router' })[0]?.line).toMatch(
      /heroku\[router\]: at=error code=H12 desc="Request timeout" method=GET path="\/slow" .*dyno=web\.1 .*status=503$/,
    )
  })

  it('gives H13 when no answer comes, H18 when it breaks off, and counts what the app itself fails', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    expect((await fetch(`${app.routerUrl}/drop`)).status).toBe(503)
    expect((await fetch(`${app.routerUrl}/fail`)).status).toBe(500)
    const cut = await fetch(`${app.routerUrl}/cut`)
    await expect(cut.text()).rejects.toThrow('terminated')
    await eventually(() => app.router.stats.failed === 3, 'all three have ended')
    expect(app.router.stats).toMatchObject({ requests: 3, served: 0, codes: { H13: 1, H18: 1 } })
    expect(app.logs({ dyno: 'router' })[1]?.line).toMatch(
      /heroku\[router\]: at=info method=GET path="\/fail" .*status=500$/,
    )
  })

  it('gives H10 once the dyno has crashed', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    expect((await fetch(`${app.routerUrl}/exit`)).status).toBe(503)
    await eventually(() => app.dynos()[0]?.state === 'crashed', 'the dyno has crashed')
    expect((await fetch(app.routerUrl)).status).toBe(503)
    expect(app.router.stats.codes).toEqual({ H10: 1, H13: 1 })
  })

  it('notes a client that does not wait', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    await expect(fetch(`${app.routerUrl}/slow`, { signal: AbortSignal.timeout(200) })).rejects.toThrow(
      'timeout',
    )
    await eventually(() => app.router.stats.codes.H27 === 1, 'the router noticed')
    expect(app.router.stats).toMatchObject({ served: 0, failed: 0 })
  })
})

describe('a release that replaces dynos', () => {
  it('without preboot loses no request while the new dyno boots', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    await app.push(await webSlug('two'))
    expect(await (await fetch(app.routerUrl)).text()).toBe('two')
    await eventually(() => app.hiddenDynos().length === 0, 'the old dyno is gone')
  })

  it('with preboot lets the old dynos serve, unlisted, though the new ones are up', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ preboot: true, timing: { prebootOverlapMs: 60_000 } })
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    const [old] = app.dynos()
    await app.push(await webSlug('two'))
    expect(app.dynos()).toMatchObject([{ name: 'web.1', state: 'starting', release: { version: 4 } }])
    await app.waitForDynos()
    expect(app.hiddenDynos()).toMatchObject([{ id: old?.id, state: 'up', release: { version: 3 } }])
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
  })

  it('with preboot switches to the new dynos when the overlap is over, and no request fails', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ preboot: true, timing: { stopLagMs: 1000 } })
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    await app.push(await webSlug('two'))
    const answer = async () => await (await fetch(app.routerUrl)).text()
    await eventually(async () => (await answer()) === 'two', 'requests switch')
    await eventually(() => app.hiddenDynos().length === 0, 'the old dyno is gone')
    expect(app.router.stats.failed).toBe(0)
  })

  it('during an overlap keeps those serving that serve', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ preboot: true, timing: { prebootOverlapMs: 60_000 } })
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    await app.push(await webSlug('two'))
    await app.waitForDynos()
    await app.push(await webSlug('three'))
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
    await eventually(() => app.hiddenDynos().length === 1, 'the dyno in between is gone')
    expect(app.hiddenDynos()[0]?.release.version).toBe(3)
    app.scale('web', 0)
    await eventually(() => app.hiddenDynos().length === 0, 'nothing outlives its place')
  })

  it('or restarts one, with preboot lets the old one serve beside the new one', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ preboot: true, timing: { prebootOverlapMs: 60_000 } })
    await app.push(await webSlug('one', 'worker: exec sleep 600'))
    app.scale('worker', 1)
    await app.waitForDynos()
    const old = app.dynos()
    for (const { name } of old) await call(heroku, 'DELETE', `/apps/${app.name}/dynos/${name}`)
    await app.waitForDynos()
    await eventually(() => app.hiddenDynos().length === 1, 'the old worker is gone')
    expect(app.hiddenDynos()).toMatchObject([{ id: old[0]?.id, name: 'web.1', state: 'up' }])
  })

  it('drops process types that the new code does not have', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'worker: exec sleep 600'))
    app.scale('worker', 1)
    await app.waitForDynos()
    await app.push(await webSlug('two'))
    expect(app.dynos().map(({ name }) => name)).toEqual(['web.1'])
    await eventually(() => app.hiddenDynos().length === 0, 'the worker is gone')
  })

  it('keeps how the answer of a failure begins', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    await (await fetch(`${app.routerUrl}/fail`)).text()
    expect(app.router.stats.failures).toMatchObject([{ status: 500, excerpt: 'failed' }])
  })
})
