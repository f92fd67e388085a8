import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Dyno } from '../dyno.js'
import type { Log } from '../log.js'
import { routerErrors, type RouterErrorCode } from './errors.js'
import type { RouterStats } from './stats.js'

/** One request on its way through the router. It ends once, whichever way comes first. */
export interface Visit {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  over(): boolean
  /** The dyno answered, with this status; `excerpt` is how a failure's answer begins. */
  serve(status: number, dyno: Dyno, excerpt?: string): void
  /** The router answers with an error page. */
  refuse(code: RouterErrorCode, dyno?: Dyno): void
  /** The dyno went away in the middle of its answer. */
  breakOff(dyno: Dyno): void
  /** The client went away. */
  leave(dyno?: Dyno): void
}

/** Begins a visit; its end is counted and logged as Heroku's router logs it. */
export function createVisit(
  request: IncomingMessage,
  response: ServerResponse,
  { log, stats }: { log: Log; stats: RouterStats },
): Visit {
  const id = randomUUID()
  const startedAt = performance.now()
  let over = false
  stats.count()

  const end = (status: number, dyno: Dyno | undefined, code?: RouterErrorCode, excerpt?: string): void => {
    over = true
    const { method = 'GET', url: path = '/' } = request
    const serviceMs = Math.round(performance.now() - startedAt)
    const outcome = { at: new Date(), method, path, status, serviceMs, code, dyno: dyno?.name }
    stats.settle({ ...outcome, releaseVersion: dyno?.release.version, excerpt })
    const what = `method=${method} path="${path}" request_id=${id} dyno=${dyno?.name ?? ''}`
    log.write('heroku', 'router', `${level(code)} ${what} service=${serviceMs}ms status=${status}`)
  }
  return {
    id,
    request,
    response,
    over: () => over,
    serve: (status, dyno, excerpt) => {
      if (!over) end(status, dyno, undefined, excerpt)
    },
    refuse: (code, dyno) => {
      if (over) return
      const { status, page } = routerErrors[code]
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(page)
      end(status, dyno, code)
    },
    breakOff: (dyno) => {
      if (over) return
      end(503, dyno, 'H18')
      response.destroy()
    },
    leave: (dyno) => {
      if (!over) end(routerErrors.H27.status, dyno, 'H27')
    },
  }
}

function level(code: RouterErrorCode | undefined): string {
  if (code === undefined) return 'at=info'
  const at = code === 'H80' ? 'at=info' : code === 'H27' ? 'sock=client at=warning' : 'at=error'
  return `${at} code=${code} desc="${routerErrors[code].description}"`
}
