import { describe, expect, it } from 'vitest'
import { call, startHeroku } from './support.js'

describe('a fault on demand', () => {
  it('meets the requests it names, as often as it says, and then no more', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const path = `/apps/${app.name}`
    const met = heroku.faults.add({
      kind: 'status',
      status: 503,
      match: { method: 'GET', path: /^\/apps\/[^/]+$/ },
      times: 2,
    })
    expect((await call(heroku, 'GET', '/apps')).status).toBe(200)
    expect((await call(heroku, 'GET', path)).status).toBe(503)
    expect((await call(heroku, 'PATCH', path, { body: {} })).status).toBe(200)
    expect((await call(heroku, 'GET', path)).status).toBe(503)
    expect((await call(heroku, 'GET', path)).status).toBe(200)
    expect(met()).toBe(2)
  })

  it('can wait for a later request', async () => {
    const heroku = await startHeroku()
    heroku.faults.add({ kind: 'rate-limit', after: 1 })
    expect((await call(heroku, 'GET', '/apps')).status).toBe(200)
    expect(await call(heroku, 'GET', '/apps')).toMatchObject({ status: 429, body: { id: 'rate_limit' } })
  })

  it('hangs, so that only the client can end it', async () => {
    const heroku = await startHeroku()
    heroku.faults.add({ kind: 'hang' })
    const request = fetch(`${heroku.url}/apps`, { signal: AbortSignal.timeout(300) })
    await expect(request).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(heroku.requests).toMatchObject([{ status: undefined }])
  })

  it('resets the connection without carrying the request out, or after it', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const patch = async (maintenance: boolean) =>
      await call(heroku, 'PATCH', `/apps/${app.name}`, { body: { maintenance } })
    const maintenance = async () =>
      ((await call(heroku, 'GET', `/apps/${app.name}`)).body as { maintenance: boolean }).maintenance
    heroku.faults.add({ kind: 'reset' })
    await expect(patch(true)).rejects.toThrow('fetch failed')
    expect(await maintenance()).toBe(false)
    heroku.faults.add({ kind: 'reset', carriedOut: true })
    await expect(patch(true)).rejects.toThrow('fetch failed')
    expect(await maintenance()).toBe(true)
  })

  it('cuts an answer in the middle of its body', async () => {
    const heroku = await startHeroku()
    heroku.faults.add({ kind: 'cut-body' })
    const response = await fetch(`${heroku.url}/apps`)
    expect(response.status).toBe(406)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('answers late, or with something that is no JSON', async () => {
    const heroku = await startHeroku()
    heroku.faults.add({ kind: 'slow', delayMs: 200 })
    const startedAt = performance.now()
    expect((await call(heroku, 'GET', '/apps')).status).toBe(200)
    expect(performance.now() - startedAt).toBeGreaterThan(150)
    heroku.faults.add({ kind: 'garbage' })
    await expect(call(heroku, 'GET', '/apps')).rejects.toThrow(SyntaxError)
  })
})
