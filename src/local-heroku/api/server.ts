import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Platform, RequestRecord } from '../platform.js'
import { appRoutes } from './apps.js'
import { isObject } from './body.js'
import { dynoRoutes } from './dynos.js'
import { fail } from './fail.js'
import { featureRoutes } from './features.js'
import { admit } from './gate.js'
import { refuse } from './refusal.js'
import { promotionRoutes } from './promotions.js'
import { releaseRoutes } from './releases.js'
import { present, presentError, send, type Reply } from './reply.js'
import { createCall, findRoute } from './route.js'
import { serveStream } from './streams.js'

const routes = [...appRoutes, ...featureRoutes, ...dynoRoutes, ...releaseRoutes, ...promotionRoutes]

/** The Platform API as an HTTP server, not yet listening. Faults come first, then who asks, then what. */
export function createApiServer(platform: Platform): Server {
  return createServer((request, response) => {
    void serve(platform, request, response).catch(() => response.destroy())
  })
}

async function serve(platform: Platform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  record(platform, request, response, body)
  const fault = platform.faults.meet(request.method ?? 'GET', request.url ?? '/')
  if (fault === undefined) {
    if (!serveStream(platform, request, response)) send(response, answer(platform, request, body))
    return
  }
  if (fault.kind === 'stream' && serveStream(platform, request, response, fault)) return
  const carriedOut = fault.carriedOut ?? ['slow', 'cut-body'].includes(fault.kind)
  await fail(platform, fault, carriedOut ? answer(platform, request, body) : nothing, request, response)
}

const nothing: Reply = { status: 200, headers: {}, body: '{}' }

function answer(platform: Platform, request: IncomingMessage, body: string): Reply {
  try {
    const [path = '/'] = (request.url ?? '/').split('?')
    const found = findRoute(routes, request.method ?? 'GET', path.replace(/\/$/, ''))
    // Asking for the quota costs none of it.
    admit(platform, request.headers, found?.route.need ?? 'read', path === '/account/rate-limits')
    if (found === undefined) throw noEndpoint()
    const call = createCall(platform, found.parameters, parse(body))
    return present(platform, found.route.answer(call), request)
  } catch (error) {
    return presentError(platform, error)
  }
}

function record(platform: Platform, request: IncomingMessage, response: ServerResponse, body: string): void {
  const { authorization: _, ...headers } = request.headers
  const entry: { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] } = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    at: new Date(),
    headers,
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
