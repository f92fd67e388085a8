import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/start.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene
let heroku: LocalHeroku

beforeAll(async () => {
  heroku = await startLocalHeroku()
  await heroku.createApp({ name: 'chart' })
  scene = await createScene({
    'migrations/1_a.sql': 'CREATE TABLE a (id int);',
    'migrations/2_b.js': `console.log('a line of its own')\nexports.up = (pgm) => { console.log('and one'); pgm.sql('SELECT 1') }`,
  })
})

afterAll(async () => await heroku.close())

const platform = () => ({
  HEROKU_APP_NAME: 'chart',
  HEROKU_API_KEY: heroku.token,
  HEROKU_API_URL: heroku.url,
})

it.each([
  ['plan', 0],
  ['migrate', 0],
  ['migrate', 0],
  ['migrate --dry-run', 0],
  ['unlock', 0],
  ['restart', 0],
  ['migrate --migrations-dir nowhere', 78],
  ['migrate --frobnicate', 64],
  ['migrate --lock-wait x', 64],
  ['restart --type nope', 64],
  ['frobnicate', 64],
  ['status', 0],
  ['tail --until-stable 300ms --tail-deadline 1m', 0],
  ['tail --pattern (', 64],
  ['rollback v1', 2],
  ['rollback', 64],
  ['doctor', 2],
  ['plan --config nowhere.json', 78],
])(
  'release %s --json prints one object and nothing else on stdout, exit code %d',
  async (words, exitCode) => {
    const result = await scene.release(`${words} --json`, platform())
    expect(result.exitCode).toBe(exitCode)
    const lines = result.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    const object = JSON.parse(lines[0] ?? '') as Record<string, unknown>
    expect(object).toMatchObject({ version: 1, command: words.split(' ')[0], exitCode })
    expect('error' in object).toBe(exitCode > 2)
    expect(lines[0]).not.toMatch(/Ms":\d*\.\d/)
  },
)

it('--json without a command, or before it, is answered with an object too', async () => {
  for (const words of ['--json', '--json status']) {
    const { exitCode, stdout } = await scene.release(words)
    expect(exitCode).toBe(64)
    expect(JSON.parse(stdout)).toMatchObject({ command: null, exitCode: 64, error: { code: 'usage' } })
  }
})

it('the error of a failed migration is an object with code, message, detail, todo and sqlstate', async () => {
  const bad = await createScene({ 'migrations/1_bad.sql': 'SELECT nope;' })
  const result = await bad.release('migrate --json')
  expect(JSON.parse(result.stdout)).toEqual({
    version: 1,
    command: 'migrate',
    exitCode: 1,
    error: {
      code: 'migration-failed',
      message: 'migrations/1_bad.sql:1 failed: column "nope" does not exist (SQLSTATE 42703).',
      detail: ['> 1 | SELECT nope;', '    |        ^'],
      state: 'State of the database: Nothing was applied before it; 1_bad was rolled back.',
      todo: ['Mend the migration and release again.'],
      sqlstate: '42703',
    },
  })
})

it('RELEASE_LOG=json writes one JSON object a line, also for warnings, waits and errors', async () => {
  const own = await createScene({
    'migrations/1_a.sql': 'CREATE TABLE a (id int);',
    'migrations/2_warns.sql': 'COMMIT;',
    'migrations/3_bad.sql': 'SELECT nope;',
  })
  const result = await own.release('migrate', { RELEASE_LOG: 'json' })
  expect(result.exitCode).toBe(1)
  const lines = result.stderr.trimEnd().split('\n')
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(objects).toContainEqual(expect.objectContaining({ level: 'info', step: 'apply', name: '1_a' }))
  expect(objects).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: expect.stringContaining('2_warns ends its transaction') }),
  )
  expect(objects.at(-1)).toMatchObject({ level: 'error', code: 'migration-failed' })
  expect(result.stderr).toMatch(/"durationMs":\d+,/)
})
