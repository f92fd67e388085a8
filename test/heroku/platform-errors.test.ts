import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { ReleaseError } from '../../src/core/errors.js'
import { createPlatform } from '../../src/heroku/client.js'
import {
  cutBody,
  hang,
  json,
  reset,
  startFaultServer,
  text,
  type Answering,
  type FaultServer,
} from './fault-server.js'

// Of the older shape: one that no pattern finds.
const token = '01234567-89ab-cdef-0123-456789abcdef'
const id = () => undefined
const servers: FaultServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function failureOf(
  answer: Answering,
  ask: 'get' | 'config' | 'post' | 'patch' | 'delete' = 'get',
  timeoutMs = 60_000,
): Promise<ReleaseError> {
  const server = await startFaultServer([answer])
  servers.push(server)
  const platform = createPlatform({
    token,
    apiUrl: server.url,
    firstPauseMs: 1,
    timeoutMs,
    patienceMs: 120_000,
  })
  const calls = {
    get: () => platform.get('/apps/shop/dynos', id),
    config: () => platform.patch('/apps/shop/config-vars', {}, id),
    post: () => platform.post('/apps/shop/releases', {}, id),
    patch: () => platform.patch('/apps/shop', {}, id),
    delete: () => platform.delete('/apps/shop/dynos/web.1'),
  }
  const error: unknown = await calls[ask]().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ReleaseError)) throw new Error(`no ReleaseError: ${String(error)}`)
  return error
}

/** All that could ever be printed of it. */
const shown = (value: unknown) => inspect(value, { depth: 10, showHidden: true, getters: true })
const secret = new RegExp(`${token}|${Buffer.from(`:${token}`).toString('base64')}`)

describe('a refusal', () => {
  it('404 of a part of the app is not one of the app', async () => {
    for (const what of ['app feature', 'app webhook.', 'dyno.']) {
      const error = await failureOf(json(404, { id: 'not_found', message: `Couldn't find that ${what}` }))
      expect(error).toMatchObject({ code: 'not-found', exitCode: 1 })
    }
  })

  it('401: the token is wrong or expired, in Heroku’s own words, with the way to a new one', async () => {
    const error = await failureOf(json(401, { id: 'unauthorized', message: 'Token expired' }))
    expect(error).toMatchObject({ code: 'token-refused', exitCode: 78 })
    expect(error.message).toBe('Heroku refused the API token: Token expired.')
    expect(error.todo.join('\n')).toContain('heroku authorizations:create --scope read')
  })

  it.each([
    ['get', 'read'],
    ['delete', 'write'],
    ['config', 'write-protected'],
  ] as const)('403: %s lacks the scope %s', async (ask, scope) => {
    const error = await failureOf(json(403, { id: 'forbidden', message: 'No.' }), ask)
    expect(error).toMatchObject({ code: 'token-lacks-scope', exitCode: 78 })
    expect(error.todo[0]).toContain(`the scope "${scope}"`)
    expect(error.todo[0]).toContain(`heroku authorizations:create --scope ${scope} `)
  })

  it('404: the app is unknown', async () => {
    const error = await failureOf(
      json(404, { id: 'not_found', message: "Couldn't find that app.", resource: 'app' }),
    )
    expect(error).toMatchObject({ code: 'app-unknown', exitCode: 78 })
    expect(error.message).toContain('no app "shop"')
  })

  it('404: something else of the app is not there', async () => {
    const body = { id: 'not_found', message: "Couldn't find that dyno.", resource: 'dyno' }
    expect(await failureOf(json(404, body), 'delete')).toMatchObject({ code: 'not-found', exitCode: 1 })
  })

  it('402 and 422: failed, in Heroku’s own words', async () => {
    const paid = await failureOf(json(402, { id: 'x', message: 'Please verify your account' }), 'post')
    expect(paid).toMatchObject({ code: 'payment-required', exitCode: 1 })
    const refused = await failureOf(
      json(422, { id: 'invalid_params', message: 'Release is too old' }),
      'post',
    )
    expect(refused).toMatchObject({ code: 'request-refused', exitCode: 1 })
    expect(refused.message).toContain('POST /apps/shop/releases')
    expect(refused.message).toContain('Release is too old.')
  })

  it('429 beyond patience: try again', async () => {
    // More than anybody’s patience, so that the first answer decides and not how fast this machine is.
    const spent = { 'Retry-After': '86400' }
    const error = await failureOf(json(429, { id: 'rate_limit', message: 'Too many' }, spent))
    expect(error).toMatchObject({ code: 'rate-limited', exitCode: 75 })
  })

  it('5xx: unavailable, with the request id that support asks for', async () => {
    const error = await failureOf(json(502, {}, { 'Request-Id': 'abc-123' }))
    expect(error).toMatchObject({
      code: 'platform-unavailable',
      exitCode: 69,
      detail: ['Request-Id: abc-123'],
    })
  })
})

describe('the token is in no error', () => {
  it.each([
    ['401 that repeats it', json(401, { message: `Bad token ${token}` })],
    ['403', json(403, { message: token })],
    ['404', json(404, { message: `Couldn't find that app. ${token}` })],
    [
      'a header that repeats it',
      json(422, { message: `Basic ${Buffer.from(`:${token}`).toString('base64')}` }),
    ],
    ['422', json(422, { message: `${token} ${token}` })],
    ['500 that repeats it', json(500, { id: token, message: token }, { 'Request-Id': token })],
    ['garbage that repeats it', text(200, token)],
    ['a list that repeats it', json(200, [token])],
    ['a redirect to it', text(302, '', { Location: `http://${token}/` })],
    ['a reset', reset],
    ['a cut', cutBody],
  ] as const)('%s', async (_name, answer) => {
    for (const ask of ['get', 'post', 'patch'] as const) {
      expect(shown(await failureOf(answer, ask))).not.toMatch(secret)
    }
  })

  it('a hang', async () => {
    for (const ask of ['get', 'delete'] as const) {
      expect(shown(await failureOf(hang, ask, 200))).not.toMatch(secret)
    }
  })

  it('nor in the client itself', () => {
    expect(shown(createPlatform({ token }))).not.toMatch(secret)
  })
})
