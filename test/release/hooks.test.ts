import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groupRuns } from '../../src/shell/process-group.js'
import { simulatedApp } from '../heroku/restart-support.js'
import { startHeroku } from '../local-heroku/support.js'
import { cable } from '../support/cable.js'
import { eventually } from '../support/eventually.js'
import { createScene, type Scene } from '../support/scene.js'

const names = ['connect', 'lock', 'plan', 'apply'].flatMap((step) => [`before-${step}`, `after-${step}`])

/** Hooks that each write down their facts, some of them replaced. */
const hooks = (others: Readonly<Record<string, string>> = {}) => {
  const writing = names.map((name) => [
    name,
    `{ echo "== $RELEASE_PHASE_HOOK"; env | grep ^RELEASE_PHASE_ | sort; } >> facts`,
  ])
  return { hooks: { ...(Object.fromEntries(writing) as Record<string, string>), ...others } }
}

const scene = async (configuration: object, migrations: Readonly<Record<string, string>> = files) =>
  await createScene({ ...migrations, 'release-phase.config.json': JSON.stringify(configuration) })

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);',
  'migrations/2_b.sql': 'CREATE TABLE b (id int);',
}
const broken = { ...files, 'migrations/2_b.sql': 'CREATE TABLE b (id nope);' }

// The group ignores SIGTERM, and part of it runs in the background.
const hanging = `trap '' TERM; echo $$ > group; sleep 600 & sleep 600`
const groupOf = async ({ folder }: Scene) =>
  Number(await readFile(join(folder, 'group'), 'utf8').catch(() => ''))

const ran = async ({ folder }: Scene) =>
  [...(await readFile(join(folder, 'facts'), 'utf8')).matchAll(/^== (.*)$/gm)].map(([, name]) => name)

/** The facts of one hook, by the end of their names. */
async function factsOf({ folder }: Scene, hook: string): Promise<Record<string, string>> {
  const text = (await readFile(join(folder, 'facts'), 'utf8'))
    .split('== ')
    .find((part) => part.startsWith(`${hook}\n`))
  return Object.fromEntries(
    [...(text ?? '').matchAll(/^RELEASE_PHASE_(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
}

describe('hooks', () => {
  it('run before and after each step of the story, with what is known by then', async () => {
    const app = await scene(hooks())
    const dyno = { HEROKU_APP_NAME: 'chart', HEROKU_RELEASE_VERSION: 'v5', DYNO: 'release.4711' }
    const { exitCode, stderr } = await app.release('migrate', dyno)
    expect(exitCode).toBe(0)
    expect(await ran(app)).toEqual(names)
    const before = await factsOf(app, 'before-connect')
    expect(before).toMatchObject({
      APP: 'chart',
      RELEASE: 'v5',
      DYNO: 'release.4711',
      IN_RELEASE_PHASE: 'true',
    })
    expect(Object.keys(before)).not.toContain('OUTCOME')
    expect(await factsOf(app, 'before-apply')).toMatchObject({
      PENDING: '1_a',
      PENDING_COUNT: '2',
      DATABASE: expect.stringMatching(/^[^/@]+:\d+\/test_\w+$/) as string,
    })
    expect(await factsOf(app, 'after-apply')).toMatchObject({ APPLIED_COUNT: '2', OUTCOME: 'done' })
    expect(stderr).toContain('hook     before-apply: { echo')
  })

  it('of connect alone run when nothing is pending', async () => {
    const app = await scene(hooks())
    await app.release('migrate')
    await app.remove('facts')
    expect((await app.release('migrate')).stdout).toContain('Nothing to do')
    expect(await ran(app)).toEqual(['before-connect', 'after-connect'])
  })

  it('stand around the command of another migrator', async () => {
    const app = await scene({ ...hooks(), migrate: { command: 'echo migrated' } })
    expect((await app.release('migrate')).exitCode).toBe(0)
    expect(await ran(app)).toEqual(names.filter((name) => !name.endsWith('plan')))
    expect(await factsOf(app, 'after-apply')).toMatchObject({ APPLIED: 'echo migrated' })
  })

  it('run once, also when the connection was lost and made again', async () => {
    const app = await scene(hooks())
    const line = await cable(app, 'CREATE TABLE b', false)
    const { exitCode, stderr } = await app.release('migrate', { DATABASE_URL: line.url })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Connecting again')
    expect(await ran(app)).toEqual(names)
    expect(await factsOf(app, 'after-apply')).toMatchObject({ APPLIED_COUNT: '2', OUTCOME: 'done' })
  })

  it('after a step that failed say so', async () => {
    const app = await scene(hooks(), broken)
    expect((await app.release('migrate')).exitCode).toBe(1)
    expect(await ran(app)).toEqual(names)
    expect(await factsOf(app, 'after-apply')).toMatchObject({
      OUTCOME: 'failed',
      ERROR_CODE: 'migration-failed',
      ERROR: expect.stringContaining('migrations/2_b.sql:1 failed') as string,
    })
  })
})

describe('around the restart', () => {
  it.each(['exit 3', hanging])(
    'a hook that does "%s" is reported, and every dyno is restarted',
    async (wrong) => {
      const heroku = await startHeroku()
      const dynos = await simulatedApp(heroku, { web: 2 })
      await dynos.waitForDynos()
      const before = dynos.dynos().map(({ id }) => id)
      const after = 'echo "$RELEASE_PHASE_RESTARTED" > restarted'
      const app = await scene({
        hooks: { 'before-restart': wrong, 'after-restart': after, timeout: '200ms' },
      })
      const { exitCode, stderr } = await app.release('migrate --settle 50ms', {
        HEROKU_API_KEY: heroku.token,
        HEROKU_API_URL: heroku.url,
        HEROKU_APP_NAME: dynos.name,
      })
      expect(exitCode).toBe(0)
      expect(stderr).toMatch(/warning: The hook before-restart .* The release goes on\./)
      expect(dynos.dynos().filter(({ id }) => before.includes(id))).toEqual([])
      expect(await readFile(join(app.folder, 'restarted'), 'utf8')).toBe('web.1\nweb.2\n')
    },
  )
})

describe('a hook that fails', () => {
  it.each(['connect', 'lock', 'plan', 'apply'])(
    'before the step %s stops the release before anything was applied',
    async (step) => {
      const app = await scene(hooks({ [`before-${step}`]: 'echo not on a Friday; exit 3' }))
      const { exitCode, stderr } = await app.release('migrate')
      expect(exitCode).toBe(1)
      expect(stderr).toContain(`error: The hook before-${step} failed with exit status 3.`)
      expect(stderr).toContain('  not on a Friday\nNothing was applied.\n-> ')
      expect(await app.database.query(`SELECT FROM pg_class WHERE relname IN ('a', 'pgmigrations')`)).toEqual(
        [],
      )
      expect(await app.release('migrate', {}, {})).toMatchObject({ exitCode: 1 })
      await app.write('release-phase.config.json', '{}')
      expect(await app.release('migrate')).toMatchObject({ exitCode: 0 })
    },
  )

  it.each(['connect', 'lock', 'plan', 'apply'])(
    'after the step %s is reported, and the release goes on',
    async (step) => {
      const app = await scene(hooks({ [`after-${step}`]: 'exit 3' }))
      const { exitCode, stderr, stdout } = await app.release('migrate')
      expect(exitCode).toBe(0)
      expect(stderr).toContain(
        `hook     warning: The hook after-${step} failed with exit status 3. The release goes on.`,
      )
      expect(stdout).toContain('2 migrations applied')
      expect(await ran(app)).toEqual(names.filter((name) => name !== `after-${step}`))
    },
  )

  it('does not hide what the release failed with', async () => {
    const app = await scene(hooks({ 'after-apply': 'exit 3' }), broken)
    const { exitCode, stderr } = await app.release('migrate')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('error: migrations/2_b.sql:1 failed')
  })

  it('because there is no such command is told apart', async () => {
    const app = await scene({ hooks: { 'before-apply': 'no-such-command' } })
    const { stderr } = await app.release('migrate')
    expect(stderr).toContain('failed with exit status 127: the shell did not find a command.')
  })
})

describe('a hook that hangs', () => {
  it('before a step is ended with all that it started, and the release with it', async () => {
    const app = await scene({ hooks: { 'before-apply': hanging, timeout: '200ms' } })
    const { exitCode, stderr } = await app.release('migrate')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('error: The hook before-apply was ended: it took longer than 200 ms.')
    expect(stderr).toContain('hooks.timeout')
    expect(groupRuns(await groupOf(app))).toBe(false)
    expect(await app.database.query(`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([])
  })

  it('after a step is ended, and the release succeeds', async () => {
    const app = await scene({ hooks: { 'after-apply': hanging, timeout: '200ms' } })
    const { exitCode, stderr } = await app.release('migrate')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('it took longer than 200 ms. The release goes on.')
    expect(groupRuns(await groupOf(app))).toBe(false)
    expect(await app.history()).toEqual(['1_a', '2_b'])
  })

  it('is ended when the release is stopped', async () => {
    const app = await scene({ hooks: { 'before-apply': hanging } })
    const running = app.start('migrate')
    const group = await eventually(async () => (await groupOf(app)) || undefined, 'the hook')
    running.kill('SIGTERM')
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(143)
    expect(stderr).toContain('error: Stopped by SIGTERM. It was at the hook before-apply, which has ended.')
    expect(groupRuns(group)).toBe(false)
  })

  it('dies with a release that is killed', async () => {
    const app = await scene({ hooks: { 'before-apply': hanging } })
    const running = app.start('migrate')
    const group = await eventually(async () => (await groupOf(app)) || undefined, 'the hook')
    running.kill('SIGKILL')
    expect((await running.done).exitCode).toBe(137)
    await eventually(() => !groupRuns(group), 'the end of the hook')
  })
})

it('a hook that does not exist is named with the one that was meant', async () => {
  const app = await scene({ hooks: { 'before-aply': 'true' } })
  const { exitCode, stderr } = await app.release('migrate')
  expect(exitCode).toBe(78)
  expect(stderr).toContain('hooks.before-apply was probably meant')
})

it('the facts of a hook are no settings of a release command that it runs', async () => {
  const command = `${process.execPath} "$BIN" plan --json > plan`
  const app = await scene({ hooks: { 'after-apply': command } })
  const { exitCode, stderr } = await app.release('migrate', {
    BIN: join(process.cwd(), 'bin/release.js'),
    HEROKU_APP_NAME: 'chart',
    HEROKU_RELEASE_VERSION: 'v5',
  })
  expect(stderr).not.toContain('warning')
  expect(exitCode).toBe(0)
})
