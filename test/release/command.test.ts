import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

/** An app whose migrator is this command, and that has no folder of migrations. */
async function createCommandScene(
  command: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  const scene = await createScene({
    'release-phase.config.json': JSON.stringify({ migrate: { command } }),
    ...files,
  })
  await scene.remove('migrations')
  return scene
}

/** A migrator of a few lines: it looks whether it may take the release lock, and makes a table. */
const migrator = `import pg from 'pg'
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()
const { rows } = await client.query('SELECT pg_try_advisory_lock(7241865325823964) AS free')
console.log('the release lock is free: ' + rows[0].free)
await client.query('CREATE TABLE IF NOT EXISTS charts (id int)')
console.error('charts made')
await client.end()
`

const read = async (scene: Scene, path: string) => await readFile(join(scene.folder, path), 'utf8')

const steps = async (scene: Scene) =>
  await scene.database.query(
    'SELECT history, migration, outcome, attempts, error FROM release_phase.steps ORDER BY id',
  )

const runs = async (scene: Scene) =>
  await scene.database.query('SELECT app, outcome, applied, error FROM release_phase.runs ORDER BY id')

const lockIsFree = async (scene: Scene) => {
  const [row] = await scene.database.query<{ held: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held`,
  )
  return row?.held === false
}

it('runs the command of another migrator under the lock, streams its output, and writes it down', async () => {
  const scene = await createCommandScene('node migrate.mjs  --all', { 'migrate.mjs': migrator })
  const result = await scene.release('migrate', { DYNO: 'release.1', HEROKU_APP_NAME: 'chart' })
  expect(result.stderr).toMatch(/^lock {5}taken$/m)
  expect(result.stderr).toMatch(/^apply {4}running node migrate\.mjs --all$/m)
  expect(result.stderr).toMatch(/^apply {4}the release lock is free: false$/m)
  expect(result.stderr).toMatch(/^apply {4}charts made$/m)
  expect(result.stdout).toMatch(/^Done in .*: node migrate\.mjs --all succeeded\.$/m)
  expect(result.stdout).toContain('Not restarted: the platform starts the new dynos')
  expect(result.exitCode).toBe(0)
  expect(await steps(scene)).toEqual([
    {
      history: 'release_phase.command',
      migration: 'node migrate.mjs --all',
      outcome: 'applied',
      attempts: 1,
      error: null,
    },
  ])
  expect(await runs(scene)).toEqual([{ app: 'chart', outcome: 'done', applied: 1, error: null }])
  expect(await lockIsFree(scene)).toBe(true)
})

it('runs it each time, since it alone knows whether there is something to do', async () => {
  const scene = await createCommandScene('node migrate.mjs', { 'migrate.mjs': migrator })
  await scene.release('migrate')
  const json = await scene.release('migrate --json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    outcome: 'applied',
    command: 'migrate',
    migrator: 'node migrate.mjs',
    applied: [{ name: 'node migrate.mjs' }],
  })
  expect(await runs(scene)).toHaveLength(2)
})

it('counts a command that succeeded as applied: by hand the dynos are to be restarted', async () => {
  const scene = await createCommandScene('true')
  const advised = await scene.release('migrate --app chart')
  expect(advised.stdout).toContain('Run: heroku ps:restart --app chart')
  const never = await scene.release('migrate --restart never')
  expect(never.stdout).toContain('Not restarted: --restart is never.')
})

it('fails with the command, its last lines, and what the shell meant', async () => {
  const scene = await createCommandScene(
    'for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27; do echo line $n; done; exit 3',
  )
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('failed with exit status 3.\n  line 3\n  line 4\n')
  expect(result.stderr).toContain('  line 27\nWhat it had applied by then, its own history says')
  expect(result.stdout).toBe('')
  expect(await runs(scene)).toMatchObject([{ outcome: 'failed', applied: 0 }])
  expect(await steps(scene)).toMatchObject([{ outcome: 'failed' }])

  const missing = await createCommandScene('no-such-migrator up')
  const notFound = await missing.release('migrate')
  expect(notFound.stderr).toContain(
    'error: no-such-migrator up failed with exit status 127: the shell did not find a command.',
  )

  const killed = await createCommandScene('kill -KILL $$')
  expect((await killed.release('migrate')).stderr).toContain('failed with exit status 137, which is SIGKILL.')
})

it('gives the command the environment, with the database that was locked as DATABASE_URL', async () => {
  const scene = await createCommandScene('node migrate.mjs && echo "rails is $RAILS_ENV, $DATABASE_URL"', {
    'migrate.mjs': migrator,
  })
  const env: Environment = {
    DATABASE_URL: 'postgres://u:hidden-password@pooler.invalid/x',
    RELEASE_DATABASE_URL: scene.url,
    RAILS_ENV: 'production',
  }
  const result = await scene.release('migrate', env)
  expect(result.exitCode).toBe(0)
  expect(result.stderr).toMatch(/^apply {4}rails is production, postgres:\/\/.*:\[redacted\]@/m)
})

it('two releases at once: the second waits for the first and names it', async () => {
  const scene = await createCommandScene('until [ -e go ]; do sleep 0.05; done')
  const first = scene.start('migrate', { HEROKU_APP_NAME: 'chart', DYNO: 'release.1' })
  await first.says('running until')
  const second = scene.start('migrate', { HEROKU_APP_NAME: 'chart', DYNO: 'release.2' })
  await second.says('waiting (')
  expect(second.stderr()).toContain('chart, dyno release.1')
  await scene.write('go', '')
  expect((await first.done).exitCode).toBe(0)
  expect((await second.done).exitCode).toBe(0)
  expect(await runs(scene)).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }])
})

// It starts a process of its own, and both take their time over a signal and leave a note.
const slow = {
  'slow.mjs': `import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
const [signal, who = 'parent'] = process.argv.slice(2)
const child = who === 'parent' && spawn(process.execPath, ['slow.mjs', signal, 'child'], { stdio: 'inherit' })
const gone = child ? new Promise((resolve) => child.on('exit', resolve)) : Promise.resolve()
process.on(signal, () => setTimeout(async () => {
  await gone
  appendFileSync('notes', who + ' ended by ' + signal + '\\n')
  process.exit(9)
}, 200))
setInterval(() => undefined, 1000)
if (!child) console.log('up')
`,
}

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  it('is passed on to the whole group, which may finish; the ledger says interrupted', async () => {
    const scene = await createCommandScene(`node slow.mjs ${signal}`, slow)
    const release = scene.start('migrate')
    await release.says('apply    up')
    release.kill(signal)
    const result = await release.done
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toContain(
      `error: Stopped by ${signal}. It was at node slow.mjs ${signal}, which has ended.`,
    )
    expect(await read(scene, 'notes')).toBe(`child ended by ${signal}\nparent ended by ${signal}\n`)
    expect(await runs(scene)).toMatchObject([{ outcome: 'interrupted', applied: 0 }])
    expect(await steps(scene)).toMatchObject([{ outcome: 'interrupted' }])
    expect(await lockIsFree(scene)).toBe(true)
  })
})

it('keeps the lock for as long as the command takes to end', async () => {
  const scene = await createCommandScene(
    `trap '' TERM; echo up; until [ -e go ]; do sleep 0.05; done; echo over; exit 1`,
  )
  const release = scene.start('migrate')
  await release.says('apply    up')
  release.kill('SIGTERM')
  await release.says('SIGTERM to ')
  // Longer than the patience with a session that does not answer a cancel.
  await scene.database.query('SELECT pg_sleep(4)')
  expect(await lockIsFree(scene)).toBe(false)
  await scene.write('go', '')
  expect((await release.done).exitCode).toBe(143)
  expect(await runs(scene)).toMatchObject([{ outcome: 'interrupted' }])
})

it('a deadline ends the command', async () => {
  const scene = await createCommandScene('sleep 600')
  const result = await scene.release('migrate', { RELEASE_DEADLINE: '1500ms' })
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain(
    'error: The deadline of 1.5 s passed. It was at sleep 600, which has ended.',
  )
  expect(await runs(scene)).toMatchObject([{ outcome: 'interrupted' }])
})

it('ends the command when the session that holds the lock is lost', async () => {
  const scene = await createCommandScene('echo up; sleep 600')
  const release = scene.start('migrate')
  await release.says('apply    up')
  await scene.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'release-phase%'`,
  )
  const result = await release.done
  expect(result.exitCode).toBe(69)
  expect(result.stderr).toContain('error: The connection that held the release lock was lost (')
  expect(result.stderr).toContain('-> Run the command again.')
})

it.each(['SIGKILL', 'SIGTERM twice'])('%s leaves no command behind', async (how) => {
  const scene = await createCommandScene(
    `trap '' TERM; echo up; while :; do echo x >> beats; sleep 0.05; done`,
  )
  const release = scene.start('migrate')
  await release.says('apply    up')
  if (how === 'SIGKILL') release.kill('SIGKILL')
  else {
    release.kill('SIGTERM')
    await release.says('SIGTERM to ')
    release.kill('SIGTERM')
  }
  await release.done
  let beats = ''
  await eventually(async () => {
    const before = beats
    beats = await read(scene, 'beats')
    await new Promise((resolve) => setTimeout(resolve, 300))
    return before === beats
  }, 'the command is gone')
  expect((await scene.release('migrate --lock-wait 10s', { RELEASE_MIGRATE_COMMAND: 'true' })).exitCode).toBe(
    0,
  )
})

it.each(['release migrate', 'node_modules/.bin/node-pg-migrate up'])(
  'refuses "%s", which would wait for the lock for ever',
  async (command) => {
    const scene = await createCommandScene(command)
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain(`error: migrate.command is "${command}", which would `)
  },
)

it('the gate comes first: a skipped release runs no command', async () => {
  const scene = await createCommandScene('touch ran')
  const result = await scene.release('migrate', { RELEASE_SKIP_MIGRATIONS: '1' })
  expect(result.stdout).toContain('Skipped: RELEASE_SKIP_MIGRATIONS is set.')
  expect(existsSync(join(scene.folder, 'ran'))).toBe(false)
})

describe('the commands that look', () => {
  it('plan says what would run, and runs nothing', async () => {
    const scene = await createCommandScene('touch ran')
    const result = await scene.release('plan')
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.stdout).toBe(
      `Would run: touch ran
    what it would apply, it alone knows
Would not restart: the app is not known (HEROKU_APP_NAME or --app).
`,
    )
    expect(existsSync(join(scene.folder, 'ran'))).toBe(false)
    const { stdout } = await scene.release('plan --json')
    expect(JSON.parse(stdout)).toMatchObject({ command: 'plan', migrator: 'touch ran' })
  })

  it('status names the command and the last time that it succeeded', async () => {
    const scene = await createCommandScene('true')
    const before = await scene.release('status')
    expect(before.stdout).toMatch(/^Migrator {3}true$/m)
    expect(before.stdout).not.toContain('Problem')
    await scene.release('migrate')
    const after = await scene.release('status')
    expect(after.stdout).toMatch(/^Migrator {3}true, succeeded \d{4}-\d\d-\d\d /m)
    expect(after.stdout).toContain('This app: migrated by true; dynos not known.')
  })

  it('doctor misses neither folder nor history, and finds a migrator that Heroku prunes', async () => {
    const scene = await createCommandScene('npx drizzle-kit migrate', {
      Procfile: 'web: node server.js\nrelease: release migrate\n',
      'package.json': JSON.stringify({
        dependencies: { 'release-phase': '1' },
        devDependencies: { 'drizzle-kit': '1' },
      }),
    })
    const { stdout, exitCode } = await scene.release('doctor --json')
    const { checks } = JSON.parse(stdout) as { checks: { name: string; verdict: string; message: string }[] }
    const find = (name: string) => checks.find((check) => check.name === name)
    expect(find('migrations')).toMatchObject({ verdict: 'pass' })
    expect(find('history')).toMatchObject({ verdict: 'skip' })
    expect(find('files and history')).toMatchObject({ verdict: 'skip' })
    expect(find('packages of migrations')).toMatchObject({
      verdict: 'fail',
      message: 'migrate.command names drizzle-kit, which is in devDependencies, and Heroku prunes those',
    })
    expect(exitCode).toBe(2)
  })
})
