import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createPlatform } from '../../src/heroku/client.js'
import type { Fields } from '../../src/heroku/fields.js'
import type { Platform, PlatformNotice, PlatformOptions } from '../../src/heroku/platform.js'
import { freePort } from '../support/embedded.js'
import {
  cutBody,
  drip,
  hang,
  json,
  reset,
  startFaultServer,
  text,
  type Answering,
  type FaultServer,
} from './fault-server.js'

const id = (fields: Fields) => fields.text('id')
const servers: FaultServer[] = []

const page = (name: string) => json(206, [{ id: name }], { 'Next-Range': `id ]${name}..; max=1000` })
const misaddressed = () => createPlatform({ token: 'x', apiUrl: 'ftp://me:secret@host' })

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function serve(...answers: readonly Answering[]): Promise<FaultServer> {
  const server = await startFaultServer(answers)
  servers.push(server)
  return server
}

function clientOf(server: { url: string }, options: Partial<PlatformOptions> = {}): Platform {
  return createPlatform({ token: 'HRKU-a-test-token', apiUrl: server.url, firstPauseMs: 1, ...options })
}

describe('one request', () => {
  it('authenticates with an empty user and the token, and asks for version 3', async () => {
    const server = await serve(json(200, { id: 'x' }))
    expect(await clientOf(server).get('/apps/a', id)).toBe('x')
    const headers = server.arrivals[0]?.headers
    expect(headers?.authorization).toBe(`Basic ${Buffer.from(':HRKU-a-test-token').toString('base64')}`)
    expect(headers?.accept).toBe('application/vnd.heroku+json; version=3')
  })

  it('sends the body of a POST and reads the answer', async () => {
    const server = await serve(json(201, { id: 'new' }))
    expect(await clientOf(server).post('/apps/a/releases', { release: 'r' }, id)).toBe('new')
    expect(server.arrivals[0]?.body).toBe('{"release":"r"}')
  })

  it('reads characters that lie across two chunks', async () => {
    const bytes = Buffer.from('{"id":"ü"}')
    const at = bytes.indexOf(0xc3) + 1
    const server = await serve((response) => {
      response.writeHead(200).write(bytes.subarray(0, at), () => {
        setImmediate(() => response.end(bytes.subarray(at)))
      })
    })
    expect(await clientOf(server).get('/apps/a', id)).toBe('ü')
  })

  it('remembers what is left of the quota', async () => {
    const server = await serve(
      json(200, { id: 'x' }, { 'RateLimit-Remaining': '4321' }),
      json(200, { id: 'x' }),
    )
    const platform = clientOf(server)
    expect(platform.rateLimitRemaining).toBeUndefined()
    await platform.get('/apps/a', id)
    expect(platform.rateLimitRemaining).toBe(4321)
    await platform.get('/apps/a', id)
    expect(platform.rateLimitRemaining).toBe(4321)
  })

  it('takes an empty answer to a DELETE as done', async () => {
    const server = await serve(text(202, ''))
    await clientOf(server).delete('/apps/a/dynos/web.1')
    expect(server.arrivals).toHaveLength(1)
  })
})

describe('a deadline', () => {
  it('ends a request that is never answered, and it arrived exactly once', async () => {
    const server = await serve(hang)
    const platform = clientOf(server, { timeoutMs: 1000 })
    const post = platform.post('/apps/a/releases', {}, id)
    await expect(post).rejects.toMatchObject({ code: 'platform-unavailable', exitCode: 69 })
    const deleted = platform.delete('/apps/a/dynos/web.1')
    await expect(deleted).rejects.toMatchObject({ code: 'platform-unavailable' })
    // heroku-client by itself would send again a second after the failure: a wait is the only witness.
    await sleep(1500)
    expect(server.arrivals.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  it('is for the whole of it: an answer that drips for ever ends too', async () => {
    const server = await serve(drip)
    const platform = clientOf(server, { timeoutMs: 1000 })
    await expect(platform.post('/apps/a', {}, id)).rejects.toThrow('no complete answer came within 1 s')
  })

  it('bounds a call with all its attempts', async () => {
    const server = await serve(hang)
    const platform = clientOf(server, { timeoutMs: 1000, patienceMs: 3500 })
    await expect(platform.get('/apps/a', id)).rejects.toMatchObject({ code: 'platform-unavailable' })
    expect(server.arrivals.length).toBeGreaterThan(0)
    expect(server.arrivals.length).toBeLessThan(5)
  })
})

describe('an aborted signal', () => {
  it('ends a call that waits for an answer, with its own reason', async () => {
    const stop = new AbortController()
    const server = await serve(() => stop.abort(new Error('stopped by hand')))
    const platform = clientOf(server, { signal: stop.signal })
    await expect(platform.get('/apps/a', id)).rejects.toThrow('stopped by hand')
    expect(server.arrivals).toHaveLength(1)
  })

  it('ends a pause between two attempts', async () => {
    const stop = new AbortController()
    const server = await serve(json(503, {}))
    const onNotice = () => stop.abort(new Error('stopped by hand'))
    const platform = clientOf(server, { firstPauseMs: 50_000, onNotice })
    await expect(platform.get('/apps/a', id, { signal: stop.signal })).rejects.toThrow('stopped by hand')
  })

  it('keeps a call from being sent at all', async () => {
    const server = await serve(json(200, { id: 'x' }))
    const signal = AbortSignal.abort(new Error('stopped before'))
    await expect(clientOf(server).get('/apps/a', id, { signal })).rejects.toThrow('stopped before')
    expect(server.arrivals).toHaveLength(0)
  })
})

describe('a GET is sent again', () => {
  it.each([
    ['a 429', [json(429, { id: 'rate_limit', message: 'slow down' })]],
    ['two 503', [json(503, {}), json(503, {})]],
    ['a reset connection', [reset]],
    ['an answer cut in the middle', [cutBody]],
    ['an answer that is not JSON', [text(200, '<html>maintenance</html>')]],
  ] as const)('after %s', async (_name, faults) => {
    const notices: PlatformNotice[] = []
    const server = await serve(...faults, json(200, { id: 'x' }))
    const platform = clientOf(server, { onNotice: (notice) => notices.push(notice) })
    expect(await platform.get('/apps/a', id)).toBe('x')
    expect(server.arrivals).toHaveLength(faults.length + 1)
    expect(notices.map(({ kind, attempts }) => [kind, attempts])).toEqual(
      faults.map((_fault, index) => ['retrying', index + 1]),
    )
  })

  it('after as long as Retry-After says', async () => {
    const notices: PlatformNotice[] = []
    const server = await serve(json(429, {}, { 'Retry-After': '1' }), json(200, { id: 'x' }))
    const platform = clientOf(server, { onNotice: (notice) => notices.push(notice) })
    expect(await platform.get('/apps/a', id)).toBe('x')
    expect(notices[0]?.pauseMs).toBe(1000)
  })

  it('at most four times', async () => {
    const server = await serve(json(500, {}))
    await expect(clientOf(server).get('/apps/a', id)).rejects.toThrow('(5 attempts in')
    expect(server.arrivals).toHaveLength(5)
  })

  it('not at all when Heroku asks for more patience than there is', async () => {
    const server = await serve(json(429, {}, { 'Retry-After': '3600' }))
    const call = clientOf(server).get('/apps/a', id)
    await expect(call).rejects.toMatchObject({ code: 'rate-limited', exitCode: 75 })
    await expect(call).rejects.toMatchObject({
      todo: [expect.stringContaining('Wait 1 h'), expect.any(String)],
    })
    expect(server.arrivals).toHaveLength(1)
  })
})

describe('any other verb is sent once', () => {
  it.each([
    ['a reset connection', reset, 'platform-unavailable'],
    ['an answer cut in the middle', cutBody, 'platform-unavailable'],
    ['a 503', json(503, {}), 'platform-unavailable'],
    ['a 429', json(429, {}), 'rate-limited'],
  ] as const)('after %s', async (_name, fault, code) => {
    const server = await serve(fault)
    const platform = clientOf(server)
    await expect(platform.post('/apps/a', {}, id)).rejects.toMatchObject({ code })
    await expect(platform.patch('/apps/a', {}, id)).rejects.toMatchObject({ code })
    await expect(platform.delete('/apps/a/dynos/web.1')).rejects.toMatchObject({ code })
    // heroku-client by itself would send again a second after a reset: a wait is the only witness.
    await sleep(1500)
    expect(server.arrivals.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'DELETE'])
  })

  it('unless the connection was refused: then Heroku never saw it', async () => {
    const port = await freePort()
    let later: Promise<FaultServer> | undefined
    const onNotice = () => {
      later ??= startFaultServer([json(202, {})], port)
    }
    await clientOf({ url: `http://127.0.0.1:${port}` }, { firstPauseMs: 400, onNotice }).delete(
      '/apps/a/dynos/x',
    )
    const server = await later
    if (server !== undefined) servers.push(server)
    expect(server?.arrivals).toHaveLength(1)
  })
})

describe('what cannot be helped is platform-unavailable', () => {
  it.each([
    ['a 304', json(304, {}), 'status 304'],
    ['a redirect, which is not followed', text(302, '', { Location: 'http://127.0.0.1:1/' }), 'a redirect'],
    ['garbage', text(200, 'not json'), 'an answer that is not JSON'],
    ['a missing field', json(200, { name: 'x' }), 'lacks "id"'],
    ['a field of another type', json(200, { id: 7 }), 'a "id" that is not text'],
    ['a list where an object belongs', json(200, []), 'is not an object'],
  ] as const)('%s', async (_name, fault, words) => {
    const server = await serve(fault)
    const call = clientOf(server).get('/apps/a', id)
    await expect(call).rejects.toMatchObject({ code: 'platform-unavailable', exitCode: 69 })
    await expect(call).rejects.toThrow(words)
    await expect(call).rejects.toThrow('GET /apps/a')
  })

  it('a port where nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const call = clientOf({ url }).get('/apps/a', id)
    await expect(call).rejects.toThrow('the connection was refused (ECONNREFUSED)')
    await expect(call).rejects.toMatchObject({
      todo: [`Is HEROKU_API_URL right? The request went to ${url}.`],
    })
  })

  it('a server that speaks no TLS, which is not asked again', async () => {
    const notices: PlatformNotice[] = []
    const server = await serve(json(200, { id: 'x' }))
    const url = server.url.replace('http:', 'https:')
    const call = clientOf({ url }, { onNotice: (notice) => notices.push(notice) }).get('/apps/a', id)
    await expect(call).rejects.toThrow('TLS was refused')
    expect(notices).toEqual([])
  })

  it('a host that does not exist', async () => {
    const call = clientOf({ url: 'http://no-such-host.invalid' }, { patienceMs: 20_000 }).get('/apps/a', id)
    await expect(call).rejects.toMatchObject({ code: 'platform-unavailable' })
  })

  it('says of a write that it may have been done', async () => {
    const server = await serve(reset)
    const call = clientOf(server).post('/apps/a/releases', {}, id)
    await expect(call).rejects.toMatchObject({
      todo: [expect.any(String), expect.stringContaining('Whether Heroku did it is not known')],
    })
  })
})

describe('a list', () => {
  it('is one page, whatever Next-Range offers', async () => {
    const server = await serve(page('a'), page('b'))
    expect(await clientOf(server).list('/apps/a/releases', id)).toEqual(['a'])
    expect(server.arrivals).toHaveLength(1)
  })

  it('is as many pages as hold enough, each by the Next-Range of the one before', async () => {
    const server = await serve(page('a'), page('b'), page('c'))
    expect(await clientOf(server).list('/apps/a/releases', id, { enough: 2 })).toEqual(['a', 'b'])
    expect(server.arrivals[1]?.headers.range).toBe('id ]a..; max=1000')
    expect(server.arrivals).toHaveLength(2)
  })

  it('ends where the pages end', async () => {
    const server = await serve(page('a'), json(200, [{ id: 'b' }]))
    expect(await clientOf(server).list('/apps/a/releases', id, { enough: Infinity })).toEqual(['a', 'b'])
  })

  it('whose pages lead in a circle is refused', async () => {
    const server = await serve(page('a'), page('b'), page('a'))
    const call = clientOf(server).list('/apps/a/dynos', id, { enough: Infinity })
    await expect(call).rejects.toThrow('sent an answer that is a list without end')
    expect(server.arrivals).toHaveLength(3)
  })

  it('is refused when it is none', async () => {
    const server = await serve(json(200, { id: 'a' }))
    await expect(clientOf(server).list('/apps/a/dynos', id)).rejects.toThrow('is not a list')
  })
})

describe('a client', () => {
  it('is not made without a token', () => {
    expect(() => createPlatform({ token: ' \n' })).toThrow('No Heroku API token is set.')
  })

  it('is not made for an address that is no URL, and does not repeat it', () => {
    expect(misaddressed).toThrow('not an http or https URL')
    expect(misaddressed).not.toThrow('secret')
  })
})
