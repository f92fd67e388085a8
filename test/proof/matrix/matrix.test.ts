import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TestMatrix } from '../../../src/core/matrix.js'
import { eventually } from '../../support/eventually.js'
import { root } from '../../support/root.js'
import { startRelease, type Environment } from '../../support/run-release.js'
import type { Scene } from '../../support/scene.js'
import { createBranch, createScratch, proved, type Scratch } from '../support/scratch.js'

let scratch: Scratch
beforeAll(async () => {
  scratch = await createScratch()
})

/** A test of an app: it writes a row and asks these queries, and fails where one of them does. */
const testOf = (...queries: readonly string[]) => `
  const { Client } = require('${root}/node_modules/pg')
  const client = new Client({ connectionString: process.env.DATABASE_URL })
  client.connect()
    .then(async () => { for (const query of ${JSON.stringify(queries)}) await client.query(query) })
    .catch((error) => { console.log('not ok: ' + error.message); process.exitCode = 1 })
    .finally(() => client.end())`

const base = {
  'migrations/1_charts.sql': 'CREATE TABLE charts (id serial PRIMARY KEY, title text, old text);',
  'test.cjs': testOf("INSERT INTO charts (title, old) VALUES ('a', 'b')", 'SELECT title, old FROM charts'),
}

const command = 'check --prove --since main --json --test'

const start = ({ folder }: Scene, words: readonly string[], env: Environment = {}) =>
  startRelease(words, { cwd: folder, env: { RELEASE_SCRATCH_URL: scratch.url, ...env } })

async function check(scene: Scene, ...more: string[]) {
  const result = await start(scene, [...command.split(' '), 'node test.cjs', ...more]).done
  const { matrix } = proved(result.stdout).proof
  return { ...result, found: proved(result.stdout).findings, cells: shown(matrix), matrix }
}

const shown = (matrix: TestMatrix | undefined) =>
  matrix?.cells.map(
    ({ code, schema, outcome, fine }) => `${code} on ${schema} ${outcome}${fine ? '' : ', not fine'}`,
  )

describe('release check --prove --test', () => {
  it('passes where the tests of both codes pass on what they meet', async () => {
    const scene = await createBranch(base, {
      'migrations/2_kind.sql': "ALTER TABLE charts ADD kind text DEFAULT 'line';",
      'test.cjs': testOf("INSERT INTO charts (title, kind) VALUES ('a', 'bar')"),
    })
    const { exitCode, cells, found } = await check(scene)
    expect(cells).toEqual(['V0 on S0 passed', 'V0 on S1 passed', 'V1 on S1 passed'])
    expect(found).toEqual([])
    expect(exitCode).toBe(0)
    expect(await scratch.left()).toEqual([])
  })

  it('names the first migration after which the tests of the running code fail, and shows their last lines', async () => {
    const scene = await createBranch(base, {
      'migrations/2_a.sql': 'CREATE TABLE a (id int);',
      'migrations/3_b.sql': 'CREATE TABLE b (id int);',
      // No linter takes this for a break: the trigger refuses what the running code writes.
      'migrations/4_c.sql':
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no old charts'; END $$;\n" +
        'CREATE TRIGGER refuse BEFORE INSERT ON charts FOR EACH ROW WHEN (NEW.old IS NOT NULL) EXECUTE FUNCTION refuse();',
      'migrations/5_d.sql': 'CREATE TABLE d (id int);',
      'test.cjs': testOf("INSERT INTO charts (title) VALUES ('a')"),
    })
    const { exitCode, cells, found, matrix } = await check(scene)
    expect(cells).toEqual(['V0 on S0 passed', 'V0 on S1 failed, not fine', 'V1 on S1 passed'])
    expect(found.filter(({ rule }) => rule === 'proof-tests-break')).toMatchObject([
      { file: 'migrations/4_c.sql', hazard: 'compatibility', severity: 'error' },
    ])
    expect(matrix?.cells[1]?.output).toContain('not ok: no old charts')
    expect(exitCode).toBe(2)
    expect(await scratch.left()).toEqual([])
  })

  it('lets the running code fail after a contract migration, and the new code not', async () => {
    const scene = await createBranch(base, {
      'migrations/2_new.sql': 'ALTER TABLE charts ADD new text;',
      'contract-migrations/3_old.sql': 'ALTER TABLE charts DROP old;',
      'test.cjs': testOf('SELECT title, new FROM charts'),
    })
    const good = await check(scene)
    expect(good.cells).toEqual([
      'V0 on S0 passed',
      'V0 on S1 passed',
      'V1 on S1 passed',
      'V0 on S2 failed',
      'V1 on S2 passed',
    ])
    expect(good.exitCode).toBe(0)
    await scene.write('test.cjs', testOf('SELECT title, new, old FROM charts'))
    const bad = await check(scene)
    expect(bad.cells?.at(-1)).toBe('V1 on S2 failed, not fine')
    expect(bad.found).toMatchObject([{ rule: 'proof-tests-fail', file: 'contract-migrations/3_old.sql' }])
    expect(bad.exitCode).toBe(2)
  })

  it('notes a contract after which the tests of the running code pass', async () => {
    const scene = await createBranch(base, {
      'contract-migrations/2_idle.sql': 'CREATE INDEX charts_title ON charts (title);',
    })
    const { stdout, exitCode } = await check(scene)
    expect(JSON.parse(stdout)).toMatchObject({
      notes: [
        {
          file: 'contract-migrations/2_idle.sql',
          message: expect.stringContaining('pass after the contract') as string,
        },
      ],
    })
    expect(exitCode).toBe(0)
  })

  it('accuses nobody where the tests of the running code fail before any migration, and ends with 2', async () => {
    const scene = await createBranch(
      { ...base, 'test.cjs': testOf('SELECT missing FROM charts') },
      { 'migrations/2_a.sql': 'ALTER TABLE charts DROP COLUMN old;', 'test.cjs': testOf('SELECT 1') },
    )
    const { exitCode, cells, found } = await check(scene)
    expect(cells).toEqual(['V0 on S0 failed, not fine', 'V0 on S1 failed', 'V1 on S1 passed'])
    expect(found).toMatchObject([{ rule: 'proof-tests-fail', hazard: 'unjudged' }])
    expect(exitCode).toBe(2)
  })

  it('calls a test flaky that fails once and then passes', async () => {
    const scene = await createBranch(
      {
        ...base,
        // The second run is the first one on S1.
        'test.cjs': `const { appendFileSync, readFileSync } = require('fs')
          appendFileSync('runs', 'x')
          process.exit(readFileSync('runs').length === 2 ? 1 : 0)`,
      },
      { 'migrations/2_a.sql': 'CREATE TABLE a (id int);', 'test.cjs': '' },
    )
    const { exitCode, cells, found } = await check(scene)
    expect(cells).toEqual(['V0 on S0 passed', 'V0 on S1 flaky', 'V1 on S1 passed'])
    expect(found).toMatchObject([{ rule: 'proof-tests-break', severity: 'warning' }])
    expect(exitCode).toBe(0)
  })

  it('says that the new code fails on the schema it starts on', async () => {
    const scene = await createBranch(base, {
      'migrations/2_a.sql': 'CREATE TABLE a (id int);',
      'test.cjs': testOf('SELECT forgotten FROM charts'),
    })
    const { exitCode, found } = await check(scene)
    expect(found).toMatchObject([{ rule: 'proof-tests-fail', hazard: 'compatibility' }])
    expect(exitCode).toBe(2)
  })

  it('gives the tests a scratch database and nothing that leads to the live one', async () => {
    const scene = await createBranch(
      {
        ...base,
        'test.cjs': `process.exit(Object.values(process.env).some((value) => value.includes('live.example')) ? 1 : 0)`,
      },
      { 'migrations/2_a.sql': 'CREATE TABLE a (id int);' },
    )
    const live = 'postgres://app:secret@live.example:5432/app'
    const { exitCode, stdout } = await start(scene, [...command.split(' '), 'node test.cjs'], {
      HEROKU_POSTGRESQL_PINK_URL: live,
      DATABASE_CONNECTION_POOL_URL: live,
    }).done
    expect(shown(proved(stdout).proof.matrix)).toEqual([
      'V0 on S0 passed',
      'V0 on S1 passed',
      'V1 on S1 passed',
    ])
    expect(exitCode).toBe(0)
  })

  it('makes the copy of the running code ready once, with no node_modules of the work tree in the way', async () => {
    const scene = await createBranch(
      {
        ...base,
        'test.cjs': `require('fs').readFileSync('built'); require('fs').statSync('node_modules/own')`,
      },
      { 'migrations/2_a.sql': 'CREATE TABLE a (id int);', 'test.cjs': '' },
    )
    const setup = 'test ! -e node_modules && mkdir -p node_modules/own && test ! -e built && touch built'
    const { exitCode, cells } = await check(scene, '--test-setup', setup)
    expect(cells).toEqual(['V0 on S0 passed', 'V0 on S1 passed', 'V1 on S1 passed'])
    expect(exitCode).toBe(0)
    expect(existsSync(join(scene.folder, 'node_modules/pg'))).toBe(true)
  })

  it.each([
    ['--test "x" without --prove', ['check', '--test', 'x', '--since', 'main'], 64],
    ['an empty command', ['check', '--prove', '--test', '', '--since', 'main'], 64],
    ['no commit', ['check', '--prove', '--test', 'true', '--dump', 'x', 'migrations/1_charts.sql'], 64],
    [
      'a setup that fails',
      ['check', '--prove', '--test', 'true', '--test-setup', 'echo no npm; false', '--since', 'main'],
      1,
    ],
  ])('ends with its error on %s', async (_, words, exitCode) => {
    const scene = await createBranch(base, {})
    const result = await start(scene, words).done
    expect(result).toMatchObject({ exitCode })
    expect(result.stderr).toMatch(/^error: /m)
    expect(await scratch.left()).toEqual([])
  })

  it('stopped while the tests run, ends them and drops its databases', async () => {
    const scene = await createBranch(base, { 'migrations/2_a.sql': 'CREATE TABLE a (id int);' })
    const begun = join(scene.folder, 'begun')
    const running = start(scene, [...command.split(' '), `touch ${begun}; exec sleep 600`])
    await eventually(() => existsSync(begun), 'the tests run')
    running.kill('SIGINT')
    expect(await running.done).toMatchObject({ exitCode: 130 })
    expect(await scratch.left()).toEqual([])
  })

  it('shows a table of code against schema, and each run as a case of JUnit', async () => {
    const scene = await createBranch(base, {
      'migrations/2_drop.sql': 'ALTER TABLE charts DROP old;',
      'test.cjs': testOf('SELECT title FROM charts'),
    })
    const run = async (format: string) =>
      await start(scene, [
        'check',
        '--prove',
        '--since',
        'main',
        '--test',
        'node test.cjs',
        '--format',
        format,
      ]).done
    const text = await run('text')
    expect(text.stdout).toMatch(/^ +S0, before +S1, after 1 migration$/m)
    expect(text.stdout).toMatch(/^ {2}V0, running: main \([0-9a-f]+\) +passed \(.*\) +FAILED \(.*\)$/m)
    expect(text.stdout).toMatch(/^ {2}V1, to be released +- +passed \(.*\)$/m)
    expect(text.stdout).toMatch(/^ {4}not ok: column "old" of relation "charts" does not exist$/m)
    expect(text.exitCode).toBe(2)
    const junit = await run('junit')
    expect(junit.stdout).toMatch(
      /<testcase name="V0 on S1"[^>]*>\s*<failure message="failed">[^<]*not ok: column/,
    )
  })
})
