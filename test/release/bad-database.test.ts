import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startEmbeddedPostgres, freePort, type EmbeddedServer } from '../support/embedded.js'
import { startFakeServer, startMuteServer, startProxy } from '../support/fake-server.js'
import { databaseUrl, onServer } from '../support/postgres.js'
import type { Environment, RunResult } from '../support/run-release.js'
import { appRole, createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeAll(async () => {
  scene = await createScene({ 'migrations/1_t.sql': 'CREATE TABLE t (id int);' })
})

const server = () => {
  const { hostname, port } = new URL(inject('postgresUrl'))
  return { host: hostname, port: Number(port === '' ? '5432' : port) }
}

/** The URL of the app's database with some parts of it changed. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(scene.url)
  change(url)
  return url.href
}

/** Runs with this database, and checks that nothing but one error was said and nothing was made. */
async function refused(DATABASE_URL: string | undefined, env: Environment = {}): Promise<RunResult> {
  const result = await scene.release('migrate', { DATABASE_URL, RELEASE_CONNECT_WAIT: '200ms', ...env })
  expect(result.stdout).toBe('')
  expect(result.stderr.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1)
  expect(result.stderr).toMatch(/^-> /m)
  expect(result.stderr).not.toMatch(/^ +at /m)
  expect(await scene.database.query(`SELECT FROM pg_namespace WHERE nspname = 'release_phase'`)).toEqual([])
  return result
}

const noDatabase = 'DATABASE_URL is not set, so there is no database to migrate.'

describe('a DATABASE_URL that cannot be right ends with 78, and is not shown', () => {
  it.each([
    ['missing', undefined, noDatabase],
    ['empty', '', noDatabase],
    ['blank', '  ', noDatabase],
    ['no URL', 'my database', 'DATABASE_URL is not a URL.'],
    ['no URL but for a colon', 'localhost:5432/x', 'DATABASE_URL is not a URL.'],
    ['of another kind', 'mysql://app:secret-word@h/x', 'DATABASE_URL is a mysql URL, not a PostgreSQL one.'],
    ['without a host', 'postgres:///x', 'DATABASE_URL names no host.'],
    ['without a name', 'postgres://h', 'DATABASE_URL names no database.'],
    ['with a user and no name', 'postgres://u:secret-word@h', 'DATABASE_URL names no database.'],
    [
      'with a port of letters',
      'postgres:///x?host=/run&port=pg',
      'DATABASE_URL has a port that is no number',
    ],
    ['with a stray %', 'postgres://u:100%secret@h/x', 'DATABASE_URL has a % that encodes nothing'],
    ['with a wrong port', 'postgres://u:secret-word@h:99999/x', 'DATABASE_URL is not a URL.'],
    ['with an sslmode of its own', 'postgres://u:secret-word@h/x?sslmode=on', 'DATABASE_URL says sslmode=on'],
  ])('%s', async (_, url, sentence) => {
    const result = await refused(url)
    expect(result.stderr).toContain(`error: ${sentence}`)
    expect(result.exitCode).toBe(78)
  })

  it('and RELEASE_DATABASE_URL is named where it is the one', async () => {
    const result = await refused(scene.url, { RELEASE_DATABASE_URL: 'nonsense' })
    expect(result).toMatchObject({ exitCode: 78 })
    expect(result.stderr).toContain('error: RELEASE_DATABASE_URL is not a URL.')
  })
})

describe('a server that cannot be reached ends with 69 within ten seconds', () => {
  it('when its host is not known', async () => {
    const result = await refused(urlWith((url) => void (url.hostname = 'nowhere.invalid')))
    expect(result.stderr).toContain('error: The database host nowhere.invalid is not known.')
    expect(result.exitCode).toBe(69)
    expect(result.durationMs).toBeLessThan(10_000)
  })

  it('when nothing listens at its port, and says that it tries for a while', async () => {
    const port = String(await freePort())
    const result = await refused(
      urlWith((url) => void (url.port = port)),
      { RELEASE_CONNECT_WAIT: undefined },
    )
    expect(result.stderr).toContain(
      `error: Nothing listens at 127.0.0.1:${port}: the connection was refused.`,
    )
    expect(result.stderr).toContain('Trying again for 5 s.')
    expect(result.exitCode).toBe(69)
    expect(result.durationMs).toBeLessThan(10_000)
  })

  it.concurrent.each([
    ['accepts and never answers', async () => await startFakeServer(() => undefined), ''],
    [
      'never answers the question for TLS',
      async () => await startFakeServer(() => undefined),
      '?sslmode=require',
    ],
    ['lets us in and never answers a query', startMuteServer, ''],
  ])('when it %s', async (_, start, parameters) => {
    const port = String(await start())
    const url = urlWith((parts) => void (parts.port = port)) + parameters
    const result = await scene.release('migrate', { DATABASE_URL: url }, { deadlineMs: 30_000 })
    expect(result.stderr).toMatch(/^error: The database at 127\.0\.0\.1:\d+ .*did not answer/m)
    expect(result.exitCode).toBe(69)
    // Eight seconds of patience, and what a busy machine takes to start a process.
    expect(result.durationMs).toBeLessThan(14_000)
  })

  it('when it hangs up', async () => {
    const port = String(await startFakeServer((socket) => void socket.destroy()))
    const result = await refused(urlWith((url) => void (url.port = port)))
    expect(result.stderr).toContain(`error: The database at 127.0.0.1:${port} cannot be reached: `)
    expect(result.exitCode).toBe(69)
  })

  it('when it speaks another language', async () => {
    const port = String(
      await startFakeServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    const result = await refused(urlWith((url) => void (url.port = port)))
    expect(result.exitCode).toBe(69)
  })

  it('when it does not speak TLS and the URL asks for it', async () => {
    const result = await refused(`${scene.url}?sslmode=require`)
    expect(result.stderr).toContain('does not speak TLS.')
    expect(result.exitCode).toBe(69)
  })
})

describe('a server that does not let us in', () => {
  it('for a wrong password: 78', async () => {
    const result = await refused(urlWith((url) => void (url.password = 'not-the-password')))
    expect(result.stderr).toContain(`refuses the user ${appRole.name}: wrong password or unknown user.`)
    expect(result.exitCode).toBe(78)
  })

  it('for a database that is not there: 78', async () => {
    const result = await refused(urlWith((url) => void (url.pathname = '/no_such_database')))
    expect(result.stderr).toContain('error: There is no database "no_such_database" at ')
    expect(result.exitCode).toBe(78)
  })

  it('because it is out of connections: 69, and says who to ask', async () => {
    await onServer(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT 1`)
    const other = await scene.database.connect()
    const { rows } = await other.query('SELECT 1')
    expect(rows).toHaveLength(1)
    const app = await scene.release('migrate', { RELEASE_CONNECT_WAIT: '100ms', DATABASE_URL: scene.url })
    await onServer(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT -1`)
    await other.end()
    expect(app.stderr).toContain('is out of connections (too many connections for database')
    expect(app.stderr).toContain('heroku pg:ps')
    expect(app.exitCode).toBe(69)
  })

  it('because the role may not make the ledger: 78', async () => {
    const reader = { name: `${appRole.name}_reader`, password: 'only-reads' }
    await onServer(`CREATE ROLE ${reader.name} LOGIN PASSWORD '${reader.password}'`)
    const result = await refused(databaseUrl(scene.database.name, reader))
    await onServer(`DROP ROLE ${reader.name}`)
    expect(result.stderr).toContain(`error: The user ${reader.name} of DATABASE_URL may not do this`)
    expect(result.exitCode).toBe(78)
  })
})

it('a pooler is refused with 78 and the way out', async () => {
  const port = String(await startProxy(server(), { ownKeys: true }))
  const result = await refused(urlWith((url) => void (url.port = port)))
  expect(result.stderr).toMatch(/error: DATABASE_URL \(127\.0\.0\.1:\d+\/test_\w+\) is a connection pooler/)
  expect(result.stderr).toContain('-> Set RELEASE_DATABASE_URL to the direct URL')
  expect(result.exitCode).toBe(78)
})

describe('a follower', () => {
  let follower: EmbeddedServer
  beforeAll(async () => {
    follower = await startEmbeddedPostgres({ standby: true })
  })
  afterAll(async () => await follower.stop())

  it('is refused with 78', async () => {
    const result = await refused(follower.url)
    expect(result.stderr).toContain('is a follower: it takes no writes, so nothing can be migrated there.')
    expect(result.exitCode).toBe(78)
  })
})

it('a database that comes up while we wait is used', async () => {
  const port = await freePort()
  const env = { DATABASE_URL: urlWith((url) => void (url.port = String(port))), RELEASE_CONNECT_WAIT: '30s' }
  const running = scene.start('migrate', env)
  await running.says('connect  warning: Nothing listens at')
  await startProxy(server(), { port })
  expect((await running.done).exitCode).toBe(0)
})
