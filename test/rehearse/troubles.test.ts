import { readFile, readdir, mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../local-heroku/support.js'
import { onServer } from '../support/postgres.js'
import { createRepository, readJson, rename, renameWithBridge, webApp, type Repository } from './support.js'

interface Seen {
  readonly pid: number
  readonly env: Readonly<Record<string, string>>
}

/** Lets the web processes of a repository say who they are; returns what reads it. */
async function watch(app: Repository, config = ''): Promise<() => Promise<Seen[]>> {
  const path = join(app.folder, '..', 'seen')
  await app.write('.env', `SEEN=${path}\n${config}`)
  return async () => {
    const text = await readFile(path, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Seen]))
  }
}

const databaseOf = ({ env }: Seen) => new URL(env['DATABASE_URL'] ?? '').pathname.slice(1)

const exists = async (database: string) =>
  (await onServer(`SELECT FROM pg_database WHERE datname = '${database}'`)).length > 0

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends every process, drops the database and removes the folders', async (signal, code) => {
  const app = await createRepository()
  const seen = await watch(app)
  const temporary = await mkdtemp(join(tmpdir(), 'release-phase-'))
  onTestFinished(async () => await rm(temporary, { recursive: true, force: true }))
  await chmod(temporary, 0o755)
  const flags = ['--steady', '1m', '--config-vars', '.env', '--traffic', 'GET /charts']
  const running = app.start(flags, { TMPDIR: temporary })
  await running.says('serves; in')
  const [web] = await seen()
  if (web === undefined) throw new Error('no web process has begun')
  expect(isAlive(web.pid)).toBe(true)
  expect(await exists(databaseOf(web))).toBe(true)

  running.kill(signal)

  expect((await running.done).exitCode).toBe(code)
  expect(isAlive(web.pid)).toBe(false)
  expect(await exists(databaseOf(web))).toBe(false)
  expect(await readdir(temporary)).toEqual([])
})

test('no process knows of DATABASE_URL, and every database of the config vars is the scratch one', async () => {
  const app = await createRepository()
  const seen = await watch(
    app,
    'REPLICA_URL="postgresql://live.example.com/chart"\nGREETING=hello\nRELEASE_SLACK_URL=http://127.0.0.1:9/\n',
  )
  const live = 'postgres://u:hush-hush@live.example.com/chart'
  const env = { DATABASE_URL: live, HEROKU_API_KEY: 'HRKU-0123456789' }
  const result = await app.rehearse(['--config-vars', '.env', '--traffic', 'GET /charts'], env)
  expect(result).toMatchObject({ exitCode: 0 })
  const processes = await seen()
  expect(processes).toHaveLength(2)
  for (const web of processes) {
    expect(JSON.stringify(web.env)).not.toMatch(/live\.example\.com|HRKU-|RELEASE_SLACK/)
    expect(databaseOf(web)).toMatch(/^release_scratch_/)
    expect(web.env).toMatchObject({ GREETING: 'hello', REPLICA_URL: web.env['DATABASE_URL'] })
  }
})

test('a release that the judge stops fails the rehearsal, and the base serves on', async () => {
  const app = await createRepository()
  await app.write('migrations/2_rename.sql', rename.split('\n').slice(1).join('\n'))
  const result = await app.rehearse(['--json', '--traffic', 'GET /charts'])
  expect(result).toMatchObject({ exitCode: 1 })
  expect(readJson(result)).toMatchObject({ verdict: 'release-failed', failed: 0, migrations: [] })
  expect(result.stderr).toContain('Renaming the table charts to drawings breaks the running code')
})

test('new code that crashes on boot fails the rehearsal, with what the visitors met', async () => {
  const app = await createRepository()
  await app.write('web.mjs', `throw new Error('no such module')`)
  const result = await app.rehearse(['--traffic', 'GET /charts'])
  expect(result).toMatchObject({ exitCode: 1 })
  expect(result.stdout).toContain('web.1 v4 crashed')
  expect(result.stdout).toMatch(/GET \/charts {2}\d+ of \d+ failed .*503 H10/)
  expect(result.stdout).toMatch(
    /The deploy did not go through: the new dynos did not come up: web\.1 crashed\./,
  )
})

test('what failed before the deploy already is not laid at its door', async () => {
  const app = await createRepository()
  await app.write('migrations/2_rename.sql', renameWithBridge)
  const wishes = ['--json', '--traffic', 'GET /charts', '--traffic', 'GET /broken']
  const result = await app.rehearse(wishes)
  expect(result).toMatchObject({ exitCode: 0 })
  const seen = readJson(result)
  expect(seen).toMatchObject({
    verdict: 'none-failed',
    failed: 0,
    routes: [{ route: 'GET /broken', byDeploy: false }],
  })
  expect(seen.failedAnyway).toBeGreaterThan(0)
})

test('traffic of which nothing succeeds before the deploy ends the rehearsal there', async () => {
  const app = await createRepository()
  const result = await app.rehearse(['--traffic', 'exit 1'])
  expect(result).toMatchObject({ exitCode: 1 })
  expect(result.stderr).toContain('The traffic made no request to BASE_URL.')
  expect(result.stderr).toContain('Nothing was released.')
})

test('a base that cannot be migrated says why', async () => {
  const app = await createRepository({ 'migrations/1_charts.sql': 'CREATE TABLE charts (id nonsense);' })
  const result = await app.rehearse([])
  expect(result).toMatchObject({ exitCode: 1 })
  expect(result.stderr).toMatch(/The release phase of main \(\w+\) failed on an empty database\./)
  expect(result.stderr).toContain('type "nonsense" does not exist')
})

test('a command makes the requests, seed and workers run, and two rehearsals at once do not meet', async () => {
  const app = await createRepository({
    Procfile: `release: true\nweb: node web.mjs\nworker: node worker.mjs\n`,
    'worker.mjs': 'setInterval(() => {}, 1000)',
    'seed.mjs': `import pg from 'pg'
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
await client.query('CREATE TABLE charts (id bigint GENERATED ALWAYS AS IDENTITY, title text)')
await client.end()`,
  })
  await app.write(
    'visit.mjs',
    `for (let n = 0; n < 20; n++) {
  await (await fetch(process.env.BASE_URL + '/charts/' + n)).text()
  await new Promise((done) => setTimeout(done, 25))
}`,
  )
  await app.write('web.mjs', `${webApp('charts')}\n`)
  const flags = ['--json', '--traffic', 'node visit.mjs', '--seed', 'node seed.mjs', '--types', 'web,worker']
  const both = await Promise.all([app.rehearse(flags), app.rehearse(flags)])
  for (const result of both) {
    expect(result).toMatchObject({ exitCode: 0 })
    const seen = readJson(result)
    expect(seen.requests).toBeGreaterThan(10)
    expect(seen.dynos.map(({ dyno, version }) => `${dyno} v${version}`)).toEqual(
      expect.arrayContaining(['web.1 v3', 'worker.1 v3', 'web.1 v4', 'worker.1 v4']),
    )
  }
})

test.each([
  [['--rate', 'fast'], '--rate must be a number'],
  [['--slow', '5'], '--slow must be a duration'],
  [['--html', 'nowhere/page.html'], 'there is no folder'],
  [['--header', 'cookie'], '--header must be'],
  [['--config-vars', 'missing'], '--config-vars missing cannot be read'],
  [['--since', 'nowhere'], 'What stood at nowhere cannot be told'],
])('%j is wrong usage', async (flags, sentence) => {
  const app = await createRepository()
  const result = await app.rehearse(flags)
  expect(result).toMatchObject({ exitCode: 64, stdout: '' })
  expect(result.stderr).toContain(sentence)
})
