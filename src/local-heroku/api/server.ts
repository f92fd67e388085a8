import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../core/errors.js'
import type { Fault } from '../faults.js'
import type { Platform, RequestRecord } from '../platform.js'
import { appRoutes } from './apps.js'
import { isObject } from './body.js'
import { dynoRoutes } from './dynos.js'
import { admit, rateLimited } from './gate.js'
import { page } from './range.js'
import { isRefusal, refuse } from './refusal.js'
import { releaseRoutes } from './releases.js'
import { createCall, findRoute, type Answer } from './route.js'
import { serveStream } from './streams.js'

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const routes = [...appRoutes, ...dynoRoutes, ...releaseRoutes]
const json = 'application/json'

/** The Platform API as an HTTP server, not yet listening. Faults come first, then who asks, then what. */
export function createApiServer(platform: Platform): Server {
  return createServer((request, response) => {
    void serve(platform, request, response).catch(() => response.destroy())
  })
}

async function serve(platform: Platform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? 'GET'
  const path = request.url ?? '/'
  const body = await readBody(request)
  record(platform, request, response, body)

  const fault = platform.faults.meet(method, path)
  if (fault === undefined && serveStream(platform, path, response)) return
  const carriedOut = fault === undefined || (fault.carriedOut ?? ['slow', 'cut-body'].includes(fault.kind))
  const reply = carriedOut ? answer(platform, request, body) : undefined
  if (fault === undefined) send(response, reply ?? empty)
  else await fail(fault, reply ?? empty, request, response, platform)
}

const empty: Reply = { status: 200, headers: {}, body: '{}' }

function answer(platform: Platform, request: IncomingMessage, text: string): Reply {
  try {
    const [path = '/'] = (request.url ?? '/').split('?')
    const found = findRoute(routes, request.method ?? 'GET', path.replace(/\/$/, ''))
    const need = found?.route.need ?? 'read'
    admit(platform, request.headers, need, path === '/account/rate-limits')
    if (found === undefined) throw noEndpoint()
    const call = createCall(platform, found.parameters, parse(text))
    return present(platform, found.route.answer(call), request)
  } catch (error) {
    return refusalReply(platform, error)
  }
}

function present(platform: Platform, { status, body, sortable }: Answer, request: IncomingMessage): Reply {
  const common = headers(platform)
  if (sortable === undefined)
    return conditional({ status, headers: common, body: JSON.stringify(body) }, request)
  const cut = page(body as Record<string, unknown>[], sortable, request.headers.range)
  const reply = {
    status: cut.status,
    headers: { ...common, ...cut.headers },
    body: JSON.stringify(cut.items),
  }
  return conditional(reply, request)
}

// https://devcenter.heroku.com/articles/platform-api-reference#caching
function conditional(reply: Reply, request: IncomingMessage): Reply {
  if (request.method !== 'GET') return reply
  const etag = `"${createHash('md5').update(reply.body).digest('hex')}"`
  const headersWithTag = { ...reply.headers, etag }
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: headersWithTag, body: '' }
  return { ...reply, headers: headersWithTag }
}

function refusalReply(platform: Platform, error: unknown): Reply {
  const known = isRefusal(error) ? error : refuse(500, 'internal_server_error', messageOf(error))
  const { status, ...rest } = known.refusal
  return { status, headers: headers(platform), body: JSON.stringify({ ...rest, message: known.message }) }
}

const headers = (platform: Platform) => ({
  'content-type': json,
  'request-id': randomUUID(),
  'ratelimit-remaining': String(platform.quota.remaining()),
})

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
}

async function fail(
  fault: Fault,
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  platform: Platform,
): Promise<void> {
  switch (fault.kind) {
    case 'hang':
      return
    case 'reset':
      request.socket.resetAndDestroy()
      return
    case 'slow':
      await sleep(fault.delayMs, undefined, { ref: false })
      return send(response, reply)
    case 'rate-limit':
      return send(response, refusalReply(platform, rateLimited()))
    case 'status': {
      const { status, id = 'internal_server_error', message = 'Internal server error.' } = fault
      return send(response, refusalReply(platform, refuse(status, id, message)))
    }
    case 'garbage':
      return send(response, {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html>It works!',
      })
    case 'cut-body': {
      const half = reply.body.slice(0, Math.ceil(reply.body.length / 2))
      response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
      response.write(half, () => request.socket.destroy())
    }
  }
}

function record(platform: Platform, request: IncomingMessage, response: ServerResponse, body: string): void {
  const { authorization: _, ...shown } = request.headers
  const entry: { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] } = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    at: new Date(),
    headers: shown,
    body: body === '' ? undefined : tryParse(body),
    status: undefined,
  }
  platform.requests.push(entry)
  response.once('finish', () => {
    entry.status = response.statusCode
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parse(body: string): Readonly<Record<string, unknown>> {
  if (body === '') return {}
  const value = tryParse(body)
  if (isObject(value)) return value
  throw refuse(400, 'bad_request', 'Unable to parse request body as JSON.')
}

function tryParse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const noEndpoint = () =>
  refuse(
    404,
    'not_found',
    'The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?',
  )
