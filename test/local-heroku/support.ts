import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { startLocalHeroku, type LocalHeroku, type LocalHerokuOptions } from '../../src/local-heroku/start.js'
import { quickTiming } from '../../src/local-heroku/timing.js'

export { eventually } from '../support/eventually.js'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

/** A local Heroku with short waits, closed after the test. */
export async function startHeroku(options: LocalHerokuOptions = {}): Promise<LocalHeroku> {
  const heroku = await startLocalHeroku({ ...options, timing: { ...quickTiming, ...options.timing } })
  cleanups.push(async () => await heroku.close())
  return heroku
}

/** A folder of these files, removed after the test. */
export async function makeSlug(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-slug-'))
  cleanups.push(async () => await rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** A web process that answers every request with `answer`, and SIGTERM by ending. */
export const webServer = (answer: string) => `
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/env') return response.end(JSON.stringify(process.env))
  if (request.url === '/slow') return setTimeout(() => response.end('slow'), 60000)
  if (request.url === '/cut') { response.write('half'); return setTimeout(() => response.socket.destroy(), 50) }
  if (request.url === '/drop') return response.socket.destroy()
  if (request.url === '/fail') { response.statusCode = 500; return response.end('failed') }
  if (request.url === '/exit') process.exit(1)
  response.end(${JSON.stringify(answer)})
})
server.listen(process.env.PORT, () => console.log('listening'))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

/** A slug with one web process type. */
export const webSlug = async (answer: string, procfile = '') =>
  await makeSlug({ Procfile: `web: node server.js\n${procfile}`, 'server.js': webServer(answer) })

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // Tests look into bodies of every shape.
  readonly body: unknown
}

/** Calls the Platform API as a client would. */
export async function call(
  heroku: LocalHeroku,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; token?: string } = {},
): Promise<Reply> {
  const credentials = Buffer.from(`:${options.token ?? heroku.token}`).toString('base64')
  const response = await fetch(heroku.url + path, {
    method,
    headers: {
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Basic ${credentials}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
}

/** Whether a process of this id runs; one that has ended and only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
