/** One request to send. */
export interface Wish {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly body: string | undefined
}

/** The requests that a text names, and how many of its lines were left out, by why. */
export interface ReadRequests {
  readonly requests: readonly Wish[]
  /** From a log: its writes, since no log has their bodies. */
  readonly withoutBody: number
  readonly unread: number
}

type Read = Wish | 'empty' | 'unread' | 'without-body'

/**
 * Reads requests line by line: `GET /charts`, `POST /charts {"name":"x"}`, a path or a URL; or lines of a log in the
 * common log format or of Heroku's router, of which what changes data is left out. Lines that begin with # are remarks.
 * https://httpd.apache.org/docs/current/logs.html#common and
 * https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format
 */
export function readRequests(text: string): ReadRequests {
  const read = text.split('\n').map(readLine)
  const count = (what: Read) => read.filter((one) => one === what).length
  return {
    requests: read.filter((one) => typeof one !== 'string'),
    withoutBody: count('without-body'),
    unread: count('unread'),
  }
}

function readLine(whole: string): Read {
  const line = whole.trim()
  if (line === '' || line.startsWith('#')) return 'empty'
  const [, written, target, body] = /^([A-Z]+)\s+(\S+)(?:\s+(.*))?$/.exec(line) ?? []
  if (written !== undefined && target !== undefined && methods.has(written)) {
    return wish(written, target, body) ?? 'unread'
  }
  if (!/\s/.test(line)) return wish('GET', line) ?? 'unread'
  const [, method, path] = commonLog.exec(line) ?? routerLog.exec(line) ?? []
  if (method === undefined || path === undefined) return 'unread'
  if (!reads.has(method)) return 'without-body'
  return wish(method, path) ?? 'unread'
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS'])
const methods = new Set([...reads, 'POST', 'PUT', 'PATCH', 'DELETE'])

const commonLog = /"([A-Z]+) (\S+) HTTP\/[\d.]+"/
const routerLog = /\bmethod=([A-Z]+) path="([^"]+)"/

/** Of a URL only what the app sees of it; undefined: neither a path nor a URL. */
function wish(method: string, target: string, body?: string): Wish | undefined {
  if (target.startsWith('/')) return { method, path: target, body }
  if (!/^https?:\/\//.test(target) || !URL.canParse(target)) return undefined
  const { pathname, search } = new URL(target)
  return { method, path: `${pathname}${search}`, body }
}
