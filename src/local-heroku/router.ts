import { randomUUID } from 'node:crypto'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor, type Changes } from './changes.js'
import type { Dyno } from './dyno.js'
import type { Log } from './log.js'
import { createRouterStats, type RouterStats } from './router-stats.js'
import { routerErrors, type RouterErrorCode } from './router-errors.js'
import type { Timing } from './timing.js'

export interface RouterOptions {
  readonly timing: Timing
  readonly log: Log
  readonly changes: Changes
  /** The web dynos that should get requests, in any state. */
  serving(): readonly Dyno[]
  maintenance(): boolean
  /** Default round-robin; Heroku's own picks at random. */
  readonly pick?: 'random' | 'round-robin'
}

export interface Router {
  readonly url: string
  readonly stats: RouterStats
  close(): Promise<void>
}

/**
 * Starts an app's router: each request goes to a web dyno that is up, or gets the error Heroku would give.
 * https://devcenter.heroku.com/articles/http-routing and /articles/error-codes
 */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { timing, log, changes } = options
  const stats = createRouterStats()
  const closing = new AbortController()
  let turn = 0

  const server = createServer((request, response) => {
    void route(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    stats,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      if (closing.signal.aborted) return
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = { request, response, startedAt: performance.now(), id: randomUUID(), over: false }
    stats.count()
    if (options.maintenance()) return refuse(visit, 'H80')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const found = await waitFor(
      changes,
      choose,
      timing.routerHoldMs,
      AbortSignal.any([gone.signal, closing.signal]),
    )
    if (gone.signal.aborted) return leave(visit)
    if (found === undefined) return refuse(visit, 'H20')
    if (typeof found === 'string') return refuse(visit, found)
    proxy(visit, found)
  }

  // Undefined while there is hope: some web dyno is still starting.
  function choose(): Dyno | RouterErrorCode | undefined {
    const dynos = options.serving()
    if (dynos.length === 0) return 'H14'
    const up = dynos.filter((dyno) => dyno.state() === 'up')
    if (up.length === 0) return dynos.some((dyno) => dyno.state() === 'starting') ? undefined : 'H10'
    turn += 1
    return up[options.pick === 'random' ? Math.floor(Math.random() * up.length) : turn % up.length]
  }

  function proxy(visit: Visit, dyno: Dyno): void {
    const { request, response } = visit
    const port = dyno.port()
    // A simulated dyno has no process to ask.
    if (port === undefined) {
      response.end(`${dyno.name} v${dyno.release.version}\n`)
      return settle(visit, 200, dyno)
    }
    const upstream = httpRequest({
      port,
      host: '127.0.0.1',
      method: request.method,
      path: request.url,
      headers: {
        ...request.headers,
        connection: 'close',
        'x-request-id': visit.id,
        'x-forwarded-for': request.socket.remoteAddress ?? '',
        'x-forwarded-proto': 'http',
        via: '1.1 vegur',
      },
      agent: false,
    })
    const timer = setTimeout(() => {
      refuse(visit, 'H12', dyno)
      upstream.destroy()
    }, timing.requestTimeoutMs)
    upstream.once('response', (answer) => {
      clearTimeout(timer)
      if (visit.over) return
      const { connection: _, ...headers } = answer.headers
      response.writeHead(answer.statusCode ?? 502, headers)
      answer.pipe(response)
      answer.once('end', () => settle(visit, answer.statusCode ?? 502, dyno))
      answer.once('error', () => breakOff(visit, dyno))
    })
    upstream.once('error', (error) => {
      clearTimeout(timer)
      if (response.headersSent) breakOff(visit, dyno)
      else refuse(visit, 'code' in error && error.code === 'ECONNREFUSED' ? 'H21' : 'H13', dyno)
    })
    response.once('close', () => {
      clearTimeout(timer)
      upstream.destroy()
      if (!response.writableFinished) leave(visit, dyno)
    })
    request.pipe(upstream)
  }

  function refuse(visit: Visit, code: RouterErrorCode, dyno?: Dyno): void {
    if (visit.over) return
    const { status, page } = routerErrors[code]
    visit.response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    visit.response.end(page)
    settle(visit, status, dyno, code)
  }

  function breakOff(visit: Visit, dyno: Dyno): void {
    if (visit.over) return
    settle(visit, 503, dyno, 'H18')
    visit.response.destroy()
  }

  function leave(visit: Visit, dyno?: Dyno): void {
    settle(visit, 499, dyno, 'H27')
  }

  function settle(visit: Visit, status: number, dyno?: Dyno, code?: RouterErrorCode): void {
    if (visit.over) return
    visit.over = true
    const serviceMs = Math.round(performance.now() - visit.startedAt)
    const { method = 'GET', url: path = '/' } = visit.request
    const start = code === undefined || code === 'H80' ? 'at=info' : 'at=error'
    const error = code === undefined ? '' : ` code=${code} desc="${routerErrors[code].description}"`
    const rest = `method=${method} path="${path}" request_id=${visit.id} dyno=${dyno?.name ?? ''} service=${serviceMs}ms status=${status}`
    log.write('heroku', 'router', `${start}${error} ${rest}`)
    stats.settle({
      at: new Date(),
      method,
      path,
      status,
      serviceMs,
      code,
      dyno: dyno?.name,
      releaseVersion: dyno?.release.version,
    })
  }
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly startedAt: number
  readonly id: string
  over: boolean
}
