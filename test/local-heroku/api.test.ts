import { describe, expect, it } from 'vitest'
import { call, startHeroku, webSlug } from './support.js'

describe('the Platform API', () => {
  it('asks for the version header', async () => {
    const heroku = await startHeroku()
    const reply = await call(heroku, 'GET', '/apps', { headers: { accept: 'application/json' } })
    expect(reply).toMatchObject({ status: 406, body: { id: 'not_acceptable' } })
  })

  it('takes the token as the password of Basic or as Bearer', async () => {
    const heroku = await startHeroku()
    expect((await call(heroku, 'GET', '/account')).body).toMatchObject({ email: 'dev@example.com' })
    const bearer = { authorization: `Bearer ${heroku.token}` }
    expect((await call(heroku, 'GET', '/account', { headers: bearer })).status).toBe(200)
  })

  it('refuses a wrong token and an expired one', async () => {
    const heroku = await startHeroku()
    const wrong = await call(heroku, 'GET', '/account', { token: 'HRKU-wrong' })
    expect(wrong).toMatchObject({
      status: 401,
      body: { id: 'unauthorized', message: 'Invalid credentials provided.' },
    })
    const token = heroku.createToken('global', { expired: true })
    const expired = await call(heroku, 'GET', '/account', { token })
    expect(expired).toMatchObject({ status: 401, body: { id: 'unauthorized' } })
  })

  it('lets each scope do what it is for and no more', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { SECRET: 'x' } })
    const as = async (scope: Parameters<typeof heroku.createToken>[0], method: string, path: string) => {
      const token = heroku.createToken(scope)
      return (await call(heroku, method, path, { token, ...(method === 'PATCH' ? { body: {} } : {}) })).status
    }
    const [one, config] = [`/apps/${app.name}`, `/apps/${app.name}/config-vars`]
    expect(await as('read', 'GET', one)).toBe(200)
    expect(await as('read', 'PATCH', one)).toBe(403)
    expect(await as('read', 'GET', config)).toBe(403)
    expect(await as('read', 'GET', '/account')).toBe(403)
    expect(await as('write', 'PATCH', one)).toBe(200)
    expect(await as('write', 'PATCH', config)).toBe(403)
    expect(await as('read-protected', 'GET', config)).toBe(200)
    expect(await as('read-protected', 'PATCH', config)).toBe(403)
    expect(await as('write-protected', 'PATCH', config)).toBe(200)
    expect(await as('identity', 'GET', one)).toBe(403)
    expect(await as(['identity', 'read'], 'GET', '/account')).toBe(200)
  })

  it('says which thing it could not find', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const message = async (path: string) => {
      const { status, body } = await call(heroku, 'GET', path)
      return { status, ...(body as { id: string; message: string }) }
    }
    expect(await message('/apps/nowhere')).toEqual({
      status: 404,
      id: 'not_found',
      message: "Couldn't find that app.",
    })
    expect((await message(`/apps/${app.id}/dynos/web.9`)).message).toBe("Couldn't find that dyno.")
    expect((await message(`/apps/${app.id}/releases/99`)).message).toBe("Couldn't find that release.")
    expect((await message(`/apps/${app.id}/pipeline-couplings`)).status).toBe(404)
    expect((await message('/no/such/thing')).message).toMatch(/endpoint was not found/)
  })

  it('refuses a body that is not JSON, and parameters that are not right', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    const path = `/apps/${app.name}`
    const patch = async (body: unknown) => await call(heroku, 'PATCH', path, { body })
    expect(await patch('maintenance')).toMatchObject({ status: 400, body: { id: 'bad_request' } })
    expect(await patch({ maintenance: 'yes' })).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
    const post = async (body: unknown) => (await call(heroku, 'POST', `${path}/dynos`, { body })).status
    expect(await post({})).toBe(422)
    expect(await post({ command: 'true', time_to_live: 86_401 })).toBe(422)
    expect(await post({ command: 'true', env: { A: 1 } })).toBe(422)
    expect(await post({ command: 'true', attach: true })).toBe(422)
    const scale = { updates: [{ type: 'web', quantity: -1 }] }
    expect((await call(heroku, 'PATCH', `${path}/formation`, { body: scale })).status).toBe(422)
  })

  it('counts calls, tells what is left and refuses when nothing is', async () => {
    const heroku = await startHeroku({ rateLimit: { capacity: 3, perMinute: 0 } })
    const first = await call(heroku, 'GET', '/apps')
    expect(first.headers.get('ratelimit-remaining')).toBe('2')
    expect(first.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/)
    await call(heroku, 'GET', '/apps')
    await call(heroku, 'GET', '/apps')
    const refused = await call(heroku, 'GET', '/apps')
    expect(refused).toMatchObject({ status: 429, body: { id: 'rate_limit' } })
    expect(refused.headers.get('ratelimit-remaining')).toBe('0')
    expect(await call(heroku, 'GET', '/account/rate-limits')).toMatchObject({
      status: 200,
      body: { remaining: 0 },
    })
    heroku.quota.set(1)
    expect((await call(heroku, 'GET', '/apps')).status).toBe(200)
  })

  it('answers 304 for what the client has already', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const first = await call(heroku, 'GET', `/apps/${app.name}`)
    const etag = first.headers.get('etag') ?? ''
    const again = await call(heroku, 'GET', `/apps/${app.name}`, { headers: { 'if-none-match': etag } })
    expect(again).toMatchObject({ status: 304, body: undefined })
    await call(heroku, 'PATCH', `/apps/${app.name}`, { body: { maintenance: true } })
    const changed = await call(heroku, 'GET', `/apps/${app.name}`, { headers: { 'if-none-match': etag } })
    expect(changed).toMatchObject({ status: 200, body: { maintenance: true } })
  })

  it('shows generation, preboot and the stage in a pipeline', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ generation: 'fir', reviewApp: { pr: 7, branch: 'new-cart' } })
    const pipeline = heroku.createPipeline('shop')
    pipeline.add(app, 'review')
    const path = `/apps/${app.name}`
    expect((await call(heroku, 'GET', path)).body).toMatchObject({ generation: { name: 'fir' } })
    expect((await call(heroku, 'GET', `${path}/features/preboot`)).body).toMatchObject({ enabled: false })
    await call(heroku, 'PATCH', `${path}/features/preboot`, { body: { enabled: true } })
    expect((await call(heroku, 'GET', `${path}/features/preboot`)).body).toMatchObject({ enabled: true })
    expect((await call(heroku, 'GET', `${path}/pipeline-couplings`)).body).toMatchObject({
      stage: 'review',
      app: { id: app.id },
      pipeline: { id: pipeline.id },
    })
  })

  it('keeps a record of requests that holds no token', async () => {
    const heroku = await startHeroku()
    await call(heroku, 'GET', '/apps?x=1')
    await call(heroku, 'PATCH', '/apps/none', { body: { maintenance: true } })
    expect(heroku.requests).toMatchObject([
      { method: 'GET', path: '/apps?x=1', status: 200, body: undefined },
      { method: 'PATCH', path: '/apps/none', status: 404, body: { maintenance: true } },
    ])
    expect(JSON.stringify(heroku.requests)).not.toContain('uthorization')
  })
})
