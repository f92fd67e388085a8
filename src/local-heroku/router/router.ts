import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor, type Changes } from '../changes.js'
import type { Dyno } from '../dyno.js'
import type { Log } from '../log.js'
import type { RouterErrorCode } from './errors.js'
import { proxy } from './proxy.js'
import { createRouterStats, type RouterStats } from './stats.js'
import { createVisit } from './visit.js'
import type { Timing } from '../timing.js'

export interface RouterOptions {
  readonly timing: Timing
  readonly log: Log
  readonly changes: Changes
  /** The web dynos that should get requests, in any state. */
  serving(): readonly Dyno[]
  maintenance(): boolean
}

export interface Router {
  readonly url: string
  readonly stats: RouterStats
  close(): Promise<void>
}

/**
 * Starts an app's router: each request goes to a web dyno that is up, in turn, or gets the error that Heroku
 * would give. https://devcenter.heroku.com/articles/http-routing and /articles/error-codes
 */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { timing, log, changes } = options
  const stats = createRouterStats()
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
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = createVisit(request, response, { log, stats })
    if (options.maintenance()) return visit.refuse('H80')
    const left = new AbortController()
    response.once('close', () => left.abort())
    const found = await waitFor(changes, choose, timing.routerHoldMs, left.signal)
    if (left.signal.aborted) return visit.leave()
    if (found === undefined) return visit.refuse('H20')
    if (typeof found === 'string') return visit.refuse(found)
    proxy(visit, found, timing.requestTimeoutMs)
  }

  // Undefined while there is hope: some web dyno is still starting.
  function choose(): Dyno | RouterErrorCode | undefined {
    const dynos = options.serving()
    if (dynos.length === 0) return 'H14'
    const up = dynos.filter((dyno) => dyno.state() === 'up')
    if (up.length === 0) return dynos.some((dyno) => dyno.state() === 'starting') ? undefined : 'H10'
    turn += 1
    return up[turn % up.length]
  }
}
