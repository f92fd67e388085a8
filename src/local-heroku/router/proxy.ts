import { request as httpRequest } from 'node:http'
import type { Dyno } from '../dyno.js'
import type { Visit } from './visit.js'

const excerptBytes = 300

/** Passes a visit's request to a dyno that is up, and its answer back; H12 after `timeoutMs` without one. */
export function proxy(visit: Visit, dyno: Dyno, timeoutMs: number): void {
  const { request, response } = visit
  const port = dyno.port()
  // A simulated dyno has no process to ask.
  if (port === undefined) {
    response.end(`${dyno.name} v${dyno.release.version}\n`)
    return visit.serve(200, dyno)
  }
  const upstream = httpRequest({
    port,
    host: '127.0.0.1',
    method: request.method,
    path: request.url,
    headers: forwarded(visit),
    agent: false,
  })
  const timer = setTimeout(() => {
    visit.refuse('H12', dyno)
    upstream.destroy()
  }, timeoutMs)
  upstream.once('response', (answer) => {
    clearTimeout(timer)
    if (visit.over()) return
    const { connection: _, ...headers } = answer.headers
    const status = answer.statusCode ?? 502
    response.writeHead(status, headers)
    let excerpt: string | undefined
    if (status >= 500) {
      answer.once('data', (chunk: Buffer) => {
        excerpt = chunk.toString('utf8', 0, excerptBytes)
      })
    }
    answer.pipe(response)
    answer.once('end', () => visit.serve(status, dyno, excerpt))
    answer.once('error', () => visit.breakOff(dyno))
  })
  upstream.once('error', (error) => {
    clearTimeout(timer)
    if (response.headersSent) visit.breakOff(dyno)
    else visit.refuse('code' in error && error.code === 'ECONNREFUSED' ? 'H21' : 'H13', dyno)
  })
  response.once('close', () => {
    clearTimeout(timer)
    upstream.destroy()
    if (!response.writableFinished) visit.leave(dyno)
  })
  request.pipe(upstream)
}

// https://devcenter.heroku.com/articles/http-routing#heroku-headers
function forwarded({ request, id }: Visit) {
  return {
    ...request.headers,
    connection: 'close',
    'x-request-id': id,
    'x-forwarded-for': request.socket.remoteAddress ?? '',
    'x-forwarded-proto': 'http',
    via: '1.1 vegur',
  }
}
