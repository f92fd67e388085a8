import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { requestsOf } from '../heroku/restart-support.js'
import { eventually, makeSlug, startHeroku, webServer } from '../local-heroku/support.js'
import { root } from '../support/root.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'
import { herokuFor, lastLine, unreachable } from './status-support.js'

let heroku: LocalHeroku
let scene: Scene
let app: LocalApp
/** The folder of v3's code. */
let old: string

beforeEach(async () => {
  heroku = await startHeroku()
  scene = await createScene({})
  app = await heroku.createApp({ configVars: { DATABASE_URL: scene.url }, dynoMetadata: true })
})

const migrations = ['1_charts', '2_owners', '3_flags'].map(
  (name) => [`${name}.sql`, `CREATE TABLE t${name} (id int)`] as const,
)

// What the old code does when it is released again depends on files that lie beside it.
const releaseCommand =
  'while [ -e hold ]; do sleep 0.05; done; if [ -e bad ]; then echo no such column; exit 3; fi; release migrate'

/** Code whose web process answers with `answer`, and which has so many migrations. */
async function slugOf(answer: string, count: number, release = releaseCommand): Promise<string> {
  const slug = await makeSlug({
    Procfile: `release: ${release}\nweb: node web.js\nworker: sleep 1000`,
    'web.js': `if (require('node:fs').existsSync('crash')) { console.log('no table'); process.exit(1) }\n${webServer(answer)}`,
  })
  await mkdir(join(slug, 'node_modules', '.bin'), { recursive: true })
  await symlink(join(root, 'bin', 'release.js'), join(slug, 'node_modules', '.bin', 'release'))
  await mkdir(join(slug, 'migrations'))
  for (const [name, sql] of migrations.slice(0, count)) await writeFile(join(slug, 'migrations', name), sql)
  return slug
}

/** v3 has one migration, v4 has three. */
async function deployTwice(release?: string): Promise<void> {
  old = await slugOf('old', 1, release)
  await app.push(old, { commit: '0123abcd'.repeat(5) })
  app.scale('worker', 1)
  await app.push(await slugOf('new', 3))
  await app.waitForDynos()
}

// Heroku's times are whole seconds: what happened within one is taken to have happened after.
async function untilNextSecond(): Promise<void> {
  const now = Date.now()
  await eventually(() => Date.now() >= now + 1100, 'the next second')
}

const start = (words: string, env: Environment = {}) =>
  scene.start(`rollback ${words} --app ${app.name}`.replace('  ', ' '), {
    ...herokuFor(heroku),
    RELEASE_RESTART_SETTLE: '50ms',
    ...env,
  })

const rollback = async (words: string, env?: Environment) => await start(words, env).done
const descriptions = () => app.releases().map(({ description, status }) => `${description}: ${status}`)

describe('release rollback vN', () => {
  it('shows what it would mean, without the database what Heroku knows of it, and changes nothing', async () => {
    await deployTwice()
    const before = descriptions()
    const { exitCode, stdout } = await rollback('v3')
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/^To +v3: Deploy 0123abcd by dev@example\.com, .* UTC, .*$/m)
    expect(stdout).toMatch(/^From +v4: Deploy /m)
    expect(stdout).toMatch(/^Takes back v4 Deploy /m)
    expect(stdout).toMatch(
      /^Schema +2 migrations ran since v3: .*\n +2_owners +v4 +\d{4}-.* UTC\n +3_flags +v4 +\d{4}-.* UTC$/m,
    )
    expect(stdout).toMatch(/^Command +.*release migrate: it accepts a database that is ahead of its files$/m)
    expect(stdout).toMatch(/^Not known +whether the code of v3 works on this schema/m)
    expect(lastLine(stdout)).toMatch(
      /^It can be done; read this first: 2 migrations ran since, .* --go --app /,
    )

    const asObject = await rollback('v3 --json')
    expect(JSON.parse(asObject.stdout)).toMatchObject({
      command: 'rollback',
      exitCode: 2,
      target: { version: 3, status: 'succeeded', eligible: true },
      current: { version: 4 },
      newer: [{ version: 4 }],
      since: { migrations: [{ name: '2_owners', release: 'v4' }, { name: '3_flags' }] },
      commandVerdict: { verdict: 'accepts' },
      warnings: [expect.stringContaining('2 migrations')],
      outcome: null,
    })
    // Whoever has the address of a release's output can read it.
    expect(asObject.stdout).not.toContain('/streams/')

    const without = await rollback('v3', unreachable)
    expect(without.exitCode).toBe(2)
    expect(without.stdout).toMatch(/^Schema +which migrations ran since is not known: Nothing listens at/m)
    expect(without.stdout).toMatch(/^To +v3: Deploy/m)

    expect(descriptions()).toEqual(before)
    expect(requestsOf(heroku, 'POST')).toEqual([])
  })

  it('says with 0 that nothing speaks against it, where no migration ran since', async () => {
    await deployTwice()
    await untilNextSecond()
    await app.setConfigVars({ MAIL_FROM: 'a@example.com' })
    // As in a copy of another app's database.
    await scene.database.query(`UPDATE release_phase.runs SET app = 'another', release = 'v900'`)
    await app.waitForDynos()
    const { exitCode, stdout } = await rollback('4')
    expect(stdout).toMatch(/^Takes back v5 Set MAIL_FROM config vars$/m)
    expect(stdout).toMatch(/^Schema +no migration ran since v4$/m)
    expect(lastLine(stdout)).toBe(`Nothing speaks against it: release rollback v4 --go --app ${app.name}`)
    expect(exitCode).toBe(0)
  })

  it('counts migrations that node-pg-migrate’s own command ran, which the ledger does not know', async () => {
    await deployTwice()
    await untilNextSecond()
    await app.setConfigVars({ VALUE: '1' })
    await scene.write('migrations/1_charts.sql', '')
    await scene.write('migrations/2_owners.sql', '')
    await scene.write('migrations/3_flags.sql', '')
    await scene.write('migrations/4_by-hand.sql', 'SELECT 1')
    expect((await scene.nodePgMigrate('up').done).exitCode).toBe(0)
    const { stdout } = await rollback('v4')
    expect(stdout).toMatch(/^Schema +1 migration ran since v4: .*\n +4_by-hand +\d{4}-.* UTC$/m)
  })
})

describe('release rollback vN --go', () => {
  it('makes the release, shows its release command, and verifies that its dynos are up', async () => {
    await deployTwice()
    const { exitCode, stdout, stderr } = await rollback('v3 --go')
    expect(exitCode).toBe(0)
    expect(lastLine(stdout)).toMatch(/ is rolled back to v3 as v5; up: web\.1, worker\.1 \(.*\)\.$/)
    expect(stderr).toMatch(/^rollback \| .*Nothing to do: 3 migrations applied, none pending/m)
    expect(stderr).toMatch(/^rollback warning: 2 migrations ran since/m)
    expect(descriptions().at(-1)).toBe('Rollback to v3: succeeded')
    expect(await (await fetch(app.routerUrl)).text()).toBe('old')
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
  })

  it('is done once: again, it finds its release, waits for the dynos and makes no other', async () => {
    await deployTwice()
    await rollback('v3 --go')
    const looked = await rollback('v3')
    expect(looked).toMatchObject({ exitCode: 0 })
    expect(lastLine(looked.stdout)).toBe('v5 is the rollback to v3 already.')
    const again = await rollback('v3 --go --json')
    expect(JSON.parse(again.stdout)).toMatchObject({ exitCode: 0, outcome: { version: 5, existed: true } })
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
    expect(app.releases()).toHaveLength(5)
  })

  it('is done once although two ask for it at the same time', async () => {
    await deployTwice()
    heroku.faults.add({ kind: 'slow', delayMs: 1500, match: { method: 'POST', path: /releases$/ } })
    const both = await Promise.all([rollback('v3 --go --json'), rollback('v3 --go --json')])
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(both.map(({ stdout }) => (JSON.parse(stdout) as { outcome: unknown }).outcome)).toEqual([
      expect.objectContaining({ version: 5 }),
      expect.objectContaining({ version: 5 }),
    ])
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
  })

  it('is done once although its answer was lost', async () => {
    await deployTwice()
    heroku.faults.add({ kind: 'reset', carriedOut: true, match: { method: 'POST', path: /releases$/ } })
    const { exitCode, stderr } = await rollback('v3 --go')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('The list of releases will say whether it was done.')
    expect(app.releases()).toHaveLength(5)
  })

  it('killed while it waits, it is taken up by the next run', async () => {
    await deployTwice()
    await writeFile(join(old, 'hold'), '')
    const first = start('v3 --go')
    await first.says('Rollback to v3')
    first.kill('SIGKILL')
    await first.done
    const second = start('v3 --go')
    await second.says('v5 is the rollback to v3 already')
    await rm(join(old, 'hold'))
    expect(await second.done).toMatchObject({ exitCode: 0 })
    expect(app.releases()).toHaveLength(5)
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
  })

  it('stopped while it waits, it says that Heroku goes on, and ends with 130', async () => {
    await deployTwice()
    await writeFile(join(old, 'hold'), '')
    const running = start('v3 --go')
    await running.says('Rollback to v3')
    running.kill('SIGINT')
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(130)
    expect(stderr).toContain('v5 goes on without this command')
    await rm(join(old, 'hold'))
  })

  it('ends with 1 where the old release command fails, with its last lines; the release before serves on', async () => {
    await deployTwice()
    await writeFile(join(old, 'bad'), '')
    const { exitCode, stderr } = await rollback('v3 --go')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^error: v5, the rollback of .* to v3, failed in its release phase; v4 goes on serving\.$/m,
    )
    expect(stderr).toMatch(/^ {2}no such column$/m)
    expect(await (await fetch(app.routerUrl)).text()).toBe('new')
    await rm(join(old, 'bad'))
    // What failed is no rollback: the next run makes another.
    expect(await rollback('v3 --go')).toMatchObject({ exitCode: 0 })
    expect(descriptions().slice(-2)).toEqual(['Rollback to v3: failed', 'Rollback to v3: succeeded'])
  })

  it('ends with 1 where a dyno crashes, with its last log lines', async () => {
    await deployTwice()
    await writeFile(join(old, 'crash'), '')
    const { exitCode, stderr } = await rollback('v3 --go')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^error: web\.1 of .* crashed on v5, which is the current release\.$/m)
    expect(stderr).toMatch(/^ {2}.* app\[web\.1\]: no table$/m)
  })

  it('ends with 75 while another release is under way, and makes none', async () => {
    await deployTwice()
    const slow = await slugOf('newer', 3)
    await writeFile(join(slow, 'hold'), '')
    const pushed = app.push(slow)
    await eventually(() => app.releases().at(-1)?.status === 'pending', 'v5')
    const { exitCode, stdout } = await rollback('v3 --go --json')
    expect(exitCode).toBe(75)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'release-pending' } })
    expect(requestsOf(heroku, 'POST')).toEqual([])
    await rm(join(slow, 'hold'))
    await pushed
  })

  it('goes where the database is out of reach, since then somebody may need it most', async () => {
    await deployTwice('true')
    expect(await rollback('v3 --go', unreachable)).toMatchObject({ exitCode: 0 })
    expect(await (await fetch(app.routerUrl)).text()).toBe('old')
  })
})

/** v3 failed; v4 and v5 are good. */
async function deployThrice(): Promise<void> {
  await app.push(await slugOf('bad', 1, 'exit 1'))
  await app.push(await slugOf('old', 0, 'true'))
  await app.push(await slugOf('new', 0, 'true'))
  await app.waitForDynos()
}

describe('a rollback is refused', () => {
  it('with the reason, to a release that has no code, failed, expired or is current', async () => {
    await deployThrice()
    app.expireRelease(4)
    const reasons = {
      v1: 'it has no code (Initial release)',
      v3: 'its release command failed, so it never served',
      v4: 'it has expired: Heroku does not keep its code any more',
      v5: 'it is the current release',
    }
    for (const [version, why] of Object.entries(reasons)) {
      const message = `${app.name} cannot be rolled back to ${version}: ${why}.`
      const looked = await rollback(version)
      expect({ exitCode: looked.exitCode, line: lastLine(looked.stdout) }).toEqual({
        exitCode: 2,
        line: message,
      })
      const gone = await rollback(`${version} --go --json`)
      expect(JSON.parse(gone.stdout)).toMatchObject({
        exitCode: 1,
        error: { code: 'rollback-refused', message },
      })
    }
    expect(requestsOf(heroku, 'POST')).toEqual([])
  })

  it('with Heroku’s own reason, where it is Heroku that refuses', async () => {
    await deployThrice()
    const message = 'Cannot roll back to a release that changes add-ons.'
    heroku.faults.add({ kind: 'status', status: 422, message, match: { method: 'POST', path: /releases$/ } })
    const { exitCode, stderr } = await rollback('v4 --go')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(message)
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
  })

  it.each([
    ['v99', 1, 'has no release v99.'],
    ['', 64, 'needs the release to go back to'],
    ['yesterday', 64, '"yesterday" is not the version of a release'],
    ['v3 v4', 64, 'does not take "v4"'],
  ])('as "release rollback %s", with %i', async (words, exitCode, why) => {
    const result = await rollback(words)
    expect(result).toMatchObject({ exitCode, stderr: expect.stringContaining(why) as string })
  })

  it('without an app or a token, with 78', async () => {
    const env = { ...herokuFor(heroku), HEROKU_API_KEY: undefined }
    expect(await scene.release('rollback v3', env)).toMatchObject({ exitCode: 78 })
    expect(await rollback('v3', { HEROKU_API_KEY: undefined })).toMatchObject({ exitCode: 78 })
  })
})
