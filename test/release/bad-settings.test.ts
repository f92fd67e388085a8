import { beforeAll, describe, expect, it } from 'vitest'
import type { Environment, RunResult } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeAll(async () => {
  scene = await createScene({ 'migrations/1_t.sql': 'CREATE TABLE t (id int);' })
})

/** Runs, and checks that nothing but one error was said and nothing was made. */
async function refused(words: string, env: Environment = {}): Promise<RunResult> {
  const result = await scene.release(words, env)
  expect(result.stdout).toBe('')
  expect(result.stderr.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1)
  expect(result.stderr).toMatch(/^-> /m)
  expect(result.stderr).not.toMatch(/^ +at /m)
  expect(
    await scene.database.query('SELECT FROM pg_class WHERE relnamespace = $1::regnamespace', ['public']),
  ).toEqual([])
  return result
}

describe('wrong words end with 64 and say what was probably meant', () => {
  it.each([
    ['migrat', 'release has no command "migrat". Did you mean migrate?'],
    ['frobnicate', 'release has no command "frobnicate".'],
    ['toString', 'release has no command "toString".'],
    ['--lock-wait 1m migrate', 'release needs a command before --lock-wait.'],
    ['migrate --lokc-wait 1m', 'release migrate has no flag --lokc-wait. Did you mean --lock-wait?'],
    ['migrate --frobnicate', 'release migrate has no flag --frobnicate.'],
    ['migrate -x', 'release migrate has no flag -x.'],
    ['migrate up', 'release migrate does not take "up".'],
    ['migrate --lock-wait', "Option '--lock-wait <value>' argument missing."],
    ['migrate --adopt=yes', "Option '--adopt' does not take an argument."],
    ['migrate --lock-wait 10', '--lock-wait "10" is not a duration such as 500ms, 10s, 15m or 1h.'],
    [
      'migrate --lock-wait -1s',
      '--lock-wait needs a value; one that begins with a dash is written --lock-wait=-1.',
    ],
    ['migrate --lock-wait=-1s', '--lock-wait "-1s" is not a duration such as 500ms, 10s, 15m or 1h.'],
    ['migrate --restart maybe', '--restart "maybe" is not one of auto, always, never.'],
    ['migrate --lock-value x', '--lock-value "x" is not a whole number of at most 18 digits.'],
    ['migrate --migrations-table=', '--migrations-table "" is not a text.'],
  ])('release %s', async (words, sentence) => {
    const result = await refused(words)
    expect(result.stderr).toContain(`error: ${sentence}\n`)
    expect(result.exitCode).toBe(64)
  })
})

describe('a wrong environment ends with 78', () => {
  it.each([
    ['RELEASE_LOCK_WAIT', '15 minutes', 'RELEASE_LOCK_WAIT "15 minutes" is not a duration such as'],
    ['RELEASE_DEADLINE', '3600', 'RELEASE_DEADLINE "3600" is not a duration such as'],
    ['RELEASE_SKIP_MIGRATIONS', 'maybe', 'RELEASE_SKIP_MIGRATIONS "maybe" is neither true, 1, yes, on nor'],
    ['RELEASE_REVIEW_APPS', 'never', 'RELEASE_REVIEW_APPS "never" is not one of auto, skip, migrate.'],
    ['RELEASE_LOG', 'xml', 'RELEASE_LOG "xml" is not one of pretty, json.'],
    ['HEROKU_API_URL', 'api.heroku.com', 'HEROKU_API_URL "api.heroku.com" is not an http or https URL.'],
    [
      'RELEASE_DATABASE_SSL',
      'yes',
      'RELEASE_DATABASE_SSL "yes" is not one of no-verify, verify-full, disable.',
    ],
    ['RELEASE_DATABASE_CA', '/no/such/ca.pem', 'The certificate authority /no/such/ca.pem cannot be read'],
    [
      'RELEASE_SKIP_MIGRATION',
      '1',
      'RELEASE_SKIP_MIGRATION is no setting; RELEASE_SKIP_MIGRATIONS was probably meant.',
    ],
    [
      'RELEASE_SKIP_MIGRATONS',
      '1',
      'RELEASE_SKIP_MIGRATONS is no setting; RELEASE_SKIP_MIGRATIONS was probably meant.',
    ],
    [
      'RELASE_SKIP_MIGRATIONS',
      '1',
      'RELASE_SKIP_MIGRATIONS is no setting; RELEASE_SKIP_MIGRATIONS was probably meant.',
    ],
    ['release_lock_wait', '1m', 'release_lock_wait is no setting; RELEASE_LOCK_WAIT was probably meant.'],
  ])('%s=%s', async (name, value, sentence) => {
    const result = await refused('migrate', { [name]: value })
    expect(result.stderr).toContain(`error: ${sentence}`)
    expect(result.exitCode).toBe(78)
  })

  it.each([
    ['RELEASE_COOKIE', 'RELEASE_NODE', 'RELEASE_VSN', 'RELEASE_TMP', 'RELEASE_DISTRIBUTION'],
    ['RELEASE_CHANNEL', 'RELEASE_DATE', 'RELEASES', 'MY_RELEASE_LOCK_WAIT', 'RELEASE_'],
  ])('names of others such as %s are left alone', async (...names) => {
    const env = Object.fromEntries(names.map((name) => [name, 'x']))
    expect(await scene.release('plan', env)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('an empty variable counts as not set', async () => {
    expect(
      await scene.release('plan', { RELEASE_LOCK_WAIT: '', RELEASE_SKIP_MIGRATIONS: ' ' }),
    ).toMatchObject({
      exitCode: 0,
    })
  })

  it.each(['true', '1', 'YES', 'on'])('RELEASE_SKIP_MIGRATIONS=%s skips', async (value) => {
    const result = await scene.release('migrate', { RELEASE_SKIP_MIGRATIONS: value })
    expect(result.stdout).toMatch(/^Skipped: /)
  })

  it('several mistakes are told in one message', async () => {
    const result = await refused('migrate --restart perhaps', {
      RELEASE_LOCK_WAIT: 'long',
      RELEASE_LOCK_TIMEOU: '1s',
      RELEASE_SKIP_MIGRATIONS: 'oui',
    })
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain('error: 4 settings are wrong.')
    for (const name of [
      '--restart "perhaps"',
      'RELEASE_LOCK_WAIT "long"',
      'RELEASE_LOCK_TIMEOU',
      'RELEASE_SKIP_MIGRATIONS "oui"',
    ]) {
      expect(result.stderr).toContain(`  ${name}`)
    }
  })
})

describe('a wrong configuration file ends with 78 and is named', () => {
  const config = 'release-phase.config.json'

  it.each([
    [
      'a key that nearly is one',
      config,
      '{"lock-wiat": "1m"}',
      `lock-wiat in ${config} is no setting; lock-wait was probably meant.`,
    ],
    ['a key of another place', config, '{"migrate": {"dir": "x"}}', `migrate.dir in ${config} is no setting`],
    ['a wrong value', config, '{"lock-wait": 10}', `lock-wait in ${config} "10" is not a duration`],
    ['a wrong kind of value', config, '{"migrate": {"schema": 5}}', `migrate.schema`],
    ['an empty list', config, '{"migrate": {"schema": []}}', `migrate.schema in ${config}`],
    ['bad JSON', config, '{"lock-wait": }', `${config} cannot be read: `],
    ['no object', config, '["lock-wait"]', `${config} does not hold an object of settings.`],
    [
      'code that throws',
      'release-phase.config.js',
      `throw new Error('not on Sundays')`,
      'release-phase.config.js cannot be read: not on Sundays',
    ],
    [
      'a database password',
      config,
      '{"database-url": "postgres://u:verysecretword@h/x"}',
      `database-url in ${config} is no setting`,
    ],
    [
      'a section of package.json',
      'package.json',
      '{"release-phase": {"restrat": "never"}}',
      'restrat in package.json ("release-phase") is no setting; restart was probably meant.',
    ],
    [
      'a section of package.json that is none',
      'package.json',
      '{"release-phase": "yes"}',
      'package.json ("release-phase") does not hold an object',
    ],
  ])('for %s', async (_, file, text, sentence) => {
    await scene.write(file, text)
    const result = await refused('migrate')
    await scene.remove(file)
    expect(result.stderr).toContain(`error: ${sentence}`)
    expect(result.stderr).not.toContain('verysecretword')
    expect(result.exitCode).toBe(78)
  })

  it('when there are two', async () => {
    await scene.write(config, '{}')
    await scene.write('release-phase.config.ts', 'export default {}')
    const result = await refused('migrate')
    await scene.remove(config)
    await scene.remove('release-phase.config.ts')
    expect(result.stderr).toContain('error: There are two configuration files, ')
    expect(result.exitCode).toBe(78)
  })

  it('when --config names none', async () => {
    const result = await refused('migrate --config nowhere.json')
    expect(result.stderr).toContain('error: There is no configuration file nowhere.json.')
    expect(result.exitCode).toBe(78)
  })
})

describe('where a setting comes from', () => {
  it('a flag wins over the environment, the environment over a file, a file over the default', async () => {
    const own = await createScene({
      'release-phase.config.ts': `const file: { readonly migrate: object } = { migrate: { migrationsTable: 'of_file' } }\nexport default file`,
      'other.json': '{"migrate": {"migrations-table": "of_other"}}',
      'migrations/1_t.sql': 'SELECT 1;',
    })
    // A table that names the file would be taken for the history that a setting should have named.
    const releaseInto = async (words: string, table: string) => {
      await own.release(words)
      await own.database.query(`DELETE FROM ${table}`)
    }
    await releaseInto('migrate', 'of_file')
    await releaseInto('migrate --config other.json', 'of_other')
    await releaseInto('migrate --migrations-table of_flag', 'of_flag')
    const tables = await own.database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relname LIKE 'of\\_%' AND relkind = 'r' ORDER BY 1`,
    )
    expect(tables.map(({ name }) => name)).toEqual(['of_file', 'of_flag', 'of_other'])
    await own.write('release-phase.config.ts', `export default { restart: 'always', app: 'of-file' }`)
    const json = await own.release('migrate --json --restart never', { RELEASE_RESTART: 'always' })
    expect(JSON.parse(json.stdout)).toMatchObject({ restart: { reason: '--restart is never' } })
    const owner = 'SELECT owner_app FROM release_phase.ledger'
    expect(await own.database.query(owner)).toEqual([{ owner_app: 'of-file' }])
    const other = await own.release('migrate', { RELEASE_APP: 'of-environment', HEROKU_APP_NAME: 'second' })
    expect(other.stderr).toContain('the database belongs to the app of-file, not to of-environment.')
  })
})
