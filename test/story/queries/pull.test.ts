import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedServer } from '../../support/embedded.js'
import { createDatabase } from '../../support/postgres.js'
import { createProject, type Project } from '../../support/project.js'
import { runRelease } from '../../support/run-release.js'

let server: EmbeddedServer
let project: Project

// Before 14 the server does not tell which queries a function has sent.
const isOld = process.env['TEST_POSTGRES'] === '13'
const countInner = isOld ? [] : ['-c', 'pg_stat_statements.track=all']

beforeAll(async () => {
  server = await startEmbeddedPostgres({
    flags: ['-c', 'shared_preload_libraries=pg_stat_statements', ...countInner],
  })
  await run(
    server.url,
    `CREATE ROLE app LOGIN PASSWORD 'app-password'; CREATE ROLE other LOGIN PASSWORD 'other-password';
     CREATE ROLE reader LOGIN PASSWORD 'reader-password'; GRANT pg_read_all_stats TO reader;
     ALTER ROLE reader SET default_transaction_read_only = on;
     CREATE ROLE stranger LOGIN PASSWORD 'stranger-password'`,
  )
  await run(server.url, 'CREATE DATABASE chart OWNER app')
  await run(server.url, 'CREATE DATABASE bare OWNER app')
  await run(
    url('postgres'),
    'CREATE SCHEMA heroku_ext; GRANT USAGE ON SCHEMA heroku_ext TO PUBLIC; CREATE EXTENSION pg_stat_statements SCHEMA heroku_ext',
  )
  await run(url('app', 'bare'), 'CREATE TABLE elsewhere (id int)', 'SELECT id FROM elsewhere')
  project = await createProject({
    'migrations/1_charts.sql': `CREATE TABLE charts (id int PRIMARY KEY, name text, drawn_at timestamptz);
      CREATE FUNCTION inner_query() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM charts WHERE id > 7';
      GRANT SELECT ON charts TO other;`,
  })
  const migrated = await release('migrate', 'app')
  if (migrated.exitCode !== 0) throw new Error(migrated.stderr)
  await run(
    url('app'),
    'BEGIN',
    "INSERT INTO charts (id, name) VALUES (1, 'hush'), (2, 'hush too')",
    "SELECT name FROM charts WHERE drawn_at > now() - interval '1 day' OR id = 5",
    "SELECT name FROM charts WHERE drawn_at > now() - interval '2 days' OR id = 6",
    'SELECT extract(year FROM drawn_at) FROM charts',
    'WITH named AS (SELECT id FROM charts) UPDATE charts SET name = NULL FROM named WHERE charts.id = named.id',
    'SELECT inner_query()',
    "SET application_name = 'x'",
    "SELECT relname FROM pg_class WHERE relname = 'charts'",
    'COMMIT',
  )
  await run(url('other'), 'SELECT id FROM charts')
})

afterAll(async () => await server.stop())

function url(role: string, database = 'chart'): string {
  const found = new URL(server.url)
  found.pathname = `/${database}`
  if (role !== 'postgres') {
    found.username = role
    found.password = `${role}-password`
  }
  return found.href
}

async function run(on: string, ...texts: string[]): Promise<void> {
  const client = new Client({ connectionString: on })
  await client.connect()
  for (const text of texts) await client.query(text)
  await client.end()
}

const release = async (words: string, role: string, database = 'chart') =>
  await runRelease(words.split(' '), { cwd: project.folder, env: { DATABASE_URL: url(role, database) } })

const ofTheApp = [
  'INSERT INTO charts (id, name) VALUES ($1, $2), ($3, $4)',
  'SELECT extract(epoch from drawn_at) FROM charts',
  'SELECT inner_query()',
  'SELECT name FROM charts WHERE drawn_at > now() - $1::interval OR id = $2',
  'WITH named AS (SELECT id FROM charts) UPDATE charts SET name = $1 FROM named WHERE charts.id = named.id',
]

const textsIn = (lines: string) =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { text: string }).text)
    .toSorted()

test('what the app has sent is written to a file, and nothing that a release or a person asks beside it', async () => {
  const { exitCode, stdout } = await release('queries pull', 'app')
  expect(stdout).toMatch(
    /^5 queries of app written to \.release-queries\/pulled\.jsonl\.\nLeft out: \d+ utility/,
  )
  expect(exitCode).toBe(0)
  const file = join(project.folder, '.release-queries/pulled.jsonl')
  const text = await readFile(file, 'utf8')
  expect(textsIn(text)).toEqual(ofTheApp)
  expect(text).not.toContain('hush')
  expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({
    text: 'SELECT name FROM charts WHERE drawn_at > now() - $1::interval OR id = $2',
    calls: 2,
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(join(project.folder, '.release-queries/.gitignore'), 'utf8')).toBe('*\n')
})

test('every text that it writes can be prepared', async () => {
  const { stdout } = await release('queries pull --out -', 'app')
  expect(textsIn(stdout)).toEqual(ofTheApp)
  for (const text of textsIn(stdout)) {
    await expect(run(url('app'), `PREPARE tried AS ${text}`)).resolves.toBeUndefined()
  }
})

test('a credential that may only read pulls another role’s queries', async () => {
  const { stdout, exitCode } = await release('queries pull --json --role app --out all.jsonl', 'reader')
  expect(JSON.parse(stdout)).toMatchObject({
    file: 'all.jsonl',
    count: 5,
    role: 'app',
    hidden: 0,
    dropped: isOld ? null : 0,
  })
  expect(exitCode).toBe(0)
  const own = await release('queries pull --out -', 'other')
  expect(textsIn(own.stdout)).toEqual(['SELECT id FROM charts'])
})

test('a credential that may not see them is refused', async () => {
  const { stderr, exitCode } = await release('queries pull --role app', 'stranger')
  expect(stderr).toContain('The user stranger of DATABASE_URL may not see the queries of app.')
  expect(stderr).toContain('GRANT pg_read_all_stats TO "stranger"')
  expect(exitCode).toBe(78)
})

test('a database without the extension says how to get it, and one that counts nothing what is missing', async () => {
  const without = await release('queries pull', 'app', 'bare')
  expect(without.stderr).toContain('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  expect(without.exitCode).toBe(78)
  const plain = await createDatabase()
  try {
    await plain.query('CREATE EXTENSION pg_stat_statements')
    const unloaded = await runRelease(['queries', 'pull'], {
      cwd: project.folder,
      env: { DATABASE_URL: plain.url },
    })
    expect(unloaded.stderr).toContain('The server was started without pg_stat_statements')
    expect(unloaded.exitCode).toBe(78)
  } finally {
    await plain.drop()
  }
})

test('a credential that may not even use the extension’s schema is told which right it lacks', async () => {
  await run(url('postgres'), 'REVOKE USAGE ON SCHEMA heroku_ext FROM PUBLIC')
  try {
    const { stderr, exitCode } = await release('queries pull --role app', 'stranger')
    expect(stderr).toContain('may not see the queries: permission denied for schema heroku_ext.')
    expect(exitCode).toBe(78)
  } finally {
    await run(url('postgres'), 'GRANT USAGE ON SCHEMA heroku_ext TO PUBLIC')
  }
})

test.for([
  ['queries', 64, 'release queries pull'],
  ['queries push', 64, 'release queries has no push.'],
  ['queries pull --role nobody', 64, 'There is no role nobody on this server.'],
  ['queries pull --out missing/queries.jsonl', 1, 'cannot be written to missing/queries.jsonl'],
] as const)('release %s ends with %d and says why', async ([words, status, sentence]) => {
  const { exitCode, stderr } = await release(words, 'app')
  expect([exitCode, stderr]).toEqual([status, expect.stringContaining(sentence)])
})
