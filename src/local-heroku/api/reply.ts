import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../core/errors.js'
import type { Platform } from '../platform.js'
import { page } from './range.js'
import { isRefusal, refuse } from './refusal.js'
import type { Answer } from './route.js'

/** An answer as it goes over the wire. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Turns an answer into a reply: one page of a list, 304 for what the client has already. */
export function present(platform: Platform, answer: Answer, request: IncomingMessage): Reply {
  const { status, body, sortable, warning } = answer
  const headers = {
    ...commonHeaders(platform),
    ...(warning === undefined ? {} : { 'warning-message': warning }),
  }
  if (sortable === undefined) return unlessKnown({ status, headers, body: JSON.stringify(body) }, request)
  const cut = page(body as Record<string, unknown>[], sortable, request.headers.range)
  const items = JSON.stringify(cut.items)
  return unlessKnown({ status: cut.status, headers: { ...headers, ...cut.headers }, body: items }, request)
}

/** Turns whatever was thrown into a reply: a refusal as it says, anything else as 500. */
export function presentError(platform: Platform, error: unknown): Reply {
  const known = isRefusal(error) ? error : refuse(500, 'internal_server_error', messageOf(error))
  const { status, id, url } = known.refusal
  const body = JSON.stringify({ id, message: known.message, url })
  const spent = status === 429 ? { 'ratelimit-remaining': '0' } : {}
  return { status, headers: { ...commonHeaders(platform), ...spent }, body }
}

/** Sends a reply in one piece. */
export function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, withLength(reply))
  response.end(reply.body)
}

/** The headers of a reply and the length of its whole body. */
export const withLength = ({ headers, body }: Reply) => ({
  ...headers,
  'content-length': Buffer.byteLength(body),
})

const commonHeaders = (platform: Platform) => ({
  'content-type': 'application/json',
  'request-id': randomUUID(),
  'ratelimit-remaining': String(platform.quota.remaining()),
})

// https://devcenter.heroku.com/articles/platform-api-reference#caching
function unlessKnown(reply: Reply, request: IncomingMessage): Reply {
  if (request.method !== 'GET') return reply
  const etag = `"${createHash('sha256').update(reply.body).digest('hex').slice(0, 32)}"`
  const headers = { ...reply.headers, etag }
  if (request.headers['if-none-match'] === etag) return { status: 304, headers, body: '' }
  return { ...reply, headers }
}
