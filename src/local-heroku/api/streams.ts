import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StreamFate } from '../faults.js'
import { matches, type LogLine } from '../log.js'
import type { LogSession, Platform } from '../platform.js'

/** What goes wrong with a stream, after how many lines. */
export interface StreamTrouble {
  readonly lines: number
  readonly fate: StreamFate
}

/**
 * Serves what the API only links to: `/streams/logs/ID` (a log session's lines, and with `tail` the ones to
 * come) and `/streams/releases/ID` (the output of a release phase, to its end). The URL is the permission,
 * as on Heroku. False when the path is not one of these.
 */
export function serveStream(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  trouble?: StreamTrouble,
): boolean {
  const [, kind, id = ''] = /^\/streams\/(logs|releases)\/([^/?]+)/.exec(request.url ?? '') ?? []
  if (kind === undefined) return false
  if (kind === 'logs') serveLog(platform.logSessions.get(id), request, response, trouble)
  else serveOutput(platform, id, response)
  return true
}

/**
 * A session can be read for a while after it was made, and for a longer while once somebody reads it.
 * https://devcenter.heroku.com/articles/platform-api-reference#log-session
 */
function serveLog(
  session: LogSession | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  trouble: StreamTrouble | undefined,
): void {
  if (session === undefined || performance.now() >= session.expiresAtMs) return gone(response)
  const { app, filter, tail } = session
  if (!session.isRead) session.expiresAtMs = performance.now() + app.timing.logStreamMs
  session.isRead = true
  const asEvents = (request.headers.accept ?? '').includes('text/event-stream')
  begin(response, asEvents ? 'text/event-stream' : 'text/plain; charset=utf-8')
  const write = writerOf(response, asEvents, trouble)
  for (const line of app.log.lines(filter)) write(line)
  if (!tail) {
    if (trouble?.fate !== 'stall') response.end()
    return
  }
  const unfollow = app.log.follow((line) => {
    if (matches(line, filter)) write(line)
  })
  const timer = setTimeout(() => response.end(), session.expiresAtMs - performance.now())
  response.once('close', () => {
    clearTimeout(timer)
    unfollow()
  })
}

/** Writes lines as they are, or as server-sent events. */
function writerOf(
  response: ServerResponse,
  asEvents: boolean,
  trouble: StreamTrouble | undefined,
): (line: LogLine) => void {
  let written = 0
  return ({ line }) => {
    written += 1
    const whole = asEvents ? `id: ${written}\ndata: ${line}\n\n` : `${line}\n`
    if (trouble === undefined || written <= trouble.lines) return void response.write(whole)
    if (trouble.fate === 'stall' || written > trouble.lines + 1) return
    if (trouble.fate === 'end') return void response.end()
    response.write(whole.slice(0, -Math.ceil(line.length / 2)), () => response.destroy())
  }
}

function serveOutput(platform: Platform, id: string, response: ServerResponse): void {
  const releases = platform.apps.flatMap((app) => app.releases.all())
  const output = releases.find((release) => release.id === id)?.output
  if (output === undefined) return gone(response)
  begin(response, 'text/plain; charset=utf-8')
  const unfollow = output.follow(
    (line) => response.write(`${line}\n`),
    () => response.end(),
  )
  response.once('close', unfollow)
}

function begin(response: ServerResponse, type: string): void {
  response.writeHead(200, { 'content-type': type })
  response.flushHeaders()
}

const gone = (response: ServerResponse) => void response.writeHead(404).end('Not found\n')
