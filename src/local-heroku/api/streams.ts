import type { ServerResponse } from 'node:http'
import { matches } from '../log.js'
import type { LogSession, Platform } from '../platform.js'

/**
 * Serves what the API only links to: `/streams/logs/ID` (a log session's lines, and with `tail` the ones to
 * come) and `/streams/releases/ID` (the output of a release phase, to its end). The URL is the permission,
 * as on Heroku. False when the path is not one of these.
 */
export function serveStream(platform: Platform, path: string, response: ServerResponse): boolean {
  const [, kind, id = ''] = /^\/streams\/(logs|releases)\/([^/?]+)/.exec(path) ?? []
  if (kind === undefined) return false
  if (kind === 'logs') serveLog(platform.logSessions.get(id), response)
  else serveOutput(platform, id, response)
  return true
}

function serveLog(session: LogSession | undefined, response: ServerResponse): void {
  if (session === undefined) return gone(response)
  begin(response)
  for (const line of session.app.log.lines(session.filter)) response.write(`${line.line}\n`)
  if (!session.tail) return void response.end()
  const unfollow = session.app.log.follow((line) => {
    if (matches(line, session.filter)) response.write(`${line.line}\n`)
  })
  response.once('close', unfollow)
}

function serveOutput(platform: Platform, id: string, response: ServerResponse): void {
  const releases = platform.apps.flatMap((app) => app.releases.all())
  const output = releases.find((release) => release.id === id)?.output
  if (output === undefined) return gone(response)
  begin(response)
  const unfollow = output.follow(
    (line) => response.write(`${line}\n`),
    () => response.end(),
  )
  response.once('close', unfollow)
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  response.flushHeaders()
}

const gone = (response: ServerResponse) => void response.writeHead(404).end('Not found\n')
