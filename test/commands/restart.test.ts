import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { idsOf, requestsOf, simulatedApp } from '../heroku/restart-support.js'
import { call, eventually, startHeroku } from '../local-heroku/support.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'
import { herokuFor, lastLine, unreachable, users } from './status-support.js'

let heroku: LocalHeroku
let app: LocalApp
let scene: Scene

const environment = (more: Environment = {}): Environment => ({
  ...herokuFor(heroku),
  HEROKU_APP_NAME: app.name,
  RELEASE_RESTART_SETTLE: '20ms',
  ...more,
})
const release = async (words: string, more: Environment = {}) => await scene.release(words, environment(more))

/** The dynos that are not those of before, by name. */
const changed = (before: Readonly<Record<string, string>>) =>
  Object.entries(idsOf(app))
    .filter(([name, id]) => before[name] !== id)
    .map(([name]) => name)

/** Waits until what happens now is, to the second, later than the start of every dyno. */
async function pastTheSecond(): Promise<void> {
  const newest = Math.max(...app.dynos().map((dyno) => Date.parse(dyno.created_at)))
  await eventually(() => Date.now() >= newest + 1000, 'the next second')
}

beforeEach(async () => {
  heroku = await startHeroku()
  app = await simulatedApp(heroku, { web: 2, worker: 2 })
  await app.waitForDynos()
  scene = await createScene(users)
})

describe('release restart --stuck', () => {
  it('mends exactly the dynos that the migration left behind', async () => {
    await pastTheSecond()
    await release('migrate --restart never')
    for (const name of ['web.1', 'web.2', 'worker.2']) {
      await call(heroku, 'DELETE', `/apps/${app.name}/dynos/${name}`)
    }
    await app.waitForDynos()
    const before = idsOf(app)
    const { exitCode, stdout } = await release('restart --stuck')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      new RegExp(`^Restarted worker\\.1 of ${app.name} in .*, each up before the next\\.$`, 'm'),
    )
    expect(changed(before)).toEqual(['worker.1'])
    const status = await release('status')
    expect(lastLine(status.stdout)).toContain('4 dynos fine.')
    const again = await release('restart --stuck')
    expect(again.stdout).toBe(`Restarted nothing: no dyno of ${app.name} is older than the last migration.\n`)
  })

  it('leaves one-off dynos alone', async () => {
    const stuck = await startHeroku()
    app = await simulatedApp(stuck, { web: 1 }, ({ type }) => (type === 'run' ? 'stuck' : 'up'))
    heroku = stuck
    await app.waitForDynos()
    void app.runOneOff('import', { type: 'run' })
    await pastTheSecond()
    await release('migrate --restart never')
    const before = idsOf(app)
    expect((await release('restart --stuck')).exitCode).toBe(0)
    expect(changed(before)).toEqual(['web.1'])
  })

  it('restarts nothing where nothing was ever migrated', async () => {
    const { exitCode, stdout } = await release('restart --stuck')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Restarted nothing')
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })

  it('restarts nothing where the database cannot be asked', async () => {
    const { exitCode, stderr } = await release('restart --stuck', unreachable)
    expect(exitCode).toBe(69)
    expect(stderr).toContain('Nothing listens at 127.0.0.1:1')
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })
})

describe('a restart that was cut off', () => {
  it('is gone on with by the command that it named, which takes the dynos that are still older', async () => {
    await pastTheSecond()
    const before = idsOf(app)
    const first = scene.start('restart', environment({ RELEASE_RESTART_SETTLE: '2s' }))
    await eventually(() => changed(before).length === 2, 'two restarts')
    first.kill('SIGKILL')
    await first.done
    await app.waitForDynos()
    expect(changed(before)).toEqual(['worker.1', 'worker.2'])
    const [, words = ''] = /this goes on: release (restart .*)$/m.exec(first.stderr()) ?? []
    expect(words).toMatch(/^restart --app \S+ --older-than \S+Z$/)
    const between = idsOf(app)
    const { exitCode, stdout, stderr } = await release(words)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('restart  web: 2 of 2 to restart, one at a time')
    expect(stdout).toContain('Restarted web.1, web.2 of')
    expect(changed(between)).toEqual(['web.1', 'web.2'])
    expect((await release(words)).stdout).toContain(`no dyno of ${app.name} is older than that.`)
  })

  it('by a signal says so', async () => {
    const first = scene.start('restart', environment({ RELEASE_RESTART_SETTLE: '30s' }))
    await first.says('worker.1 restarting')
    first.kill('SIGINT')
    const { exitCode, stderr } = await first.done
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(
      /error: Stopped by SIGINT\. No other dyno was restarted\. worker\.1 was just being restarted\. Not touched, .*: worker\.2, web\.1, web\.2\.\n-> Then restart the rest: release restart --app .* --older-than /,
    )
  })
})

describe('release restart', () => {
  it('--dyno restarts that dyno alone', async () => {
    const before = idsOf(app)
    const { exitCode } = await release('restart --dyno web.2 --dyno worker.1')
    expect(exitCode).toBe(0)
    expect(changed(before)).toEqual(['web.2', 'worker.1'])
  })

  it('--older-than with a duration leaves younger dynos alone', async () => {
    const { exitCode, stdout } = await release('restart --older-than 1h')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`Restarted nothing: no dyno of ${app.name} is older than that.`)
  })

  it('--batch takes a number or a share', async () => {
    const { stdout, stderr } = await release('restart --batch 100% --type web')
    expect(stderr).toContain('restart  web: 2 of 2 to restart, 2 at a time')
    expect(stdout).toMatch(/^Restarted web\.1, web\.2 of .*, in 1 batch\.$/m)
  })

  it('says when few API requests are left', async () => {
    heroku.quota.set(300)
    const { stdout, stderr } = await release('restart --type web')
    expect(stderr).toMatch(/warning: 29\d requests left of the account's quota, .*: looking less often/)
    expect(stdout).toMatch(/^2\d\d requests left of the account's quota/m)
  })

  it.each([
    ['--dyno web.9', 'has no dyno "web.9" in its formation.'],
    ['--older-than yesterday', '--older-than "yesterday" is neither a duration'],
    ['--stuck --older-than 10m', 'both say how old a dyno must be'],
    ['--batch 0', 'is neither a number of dynos nor a share'],
    ['--health-path health', 'is neither a path such as /health nor an http or https URL'],
  ])('%s is refused, and nothing is restarted', async (words, message) => {
    const { exitCode, stderr } = await release(`restart ${words}`)
    expect(exitCode).toBe(64)
    expect(stderr).toContain(message)
    expect(requestsOf(heroku, 'DELETE')).toEqual([])
  })

  it('--dyno of a one-off dyno is refused with the way to end it', async () => {
    const other = await startHeroku()
    app = await simulatedApp(other, { web: 1 }, ({ type }) => (type === 'run' ? 'stuck' : 'up'))
    heroku = other
    void app.runOneOff('import')
    const name = app.dynos().find(({ type }) => type === 'run')?.name ?? ''
    const { exitCode, stderr } = await release(`restart --dyno ${name}`)
    expect(exitCode).toBe(64)
    expect(stderr).toContain(`heroku ps:stop ${name} --app ${app.name}`)
  })
})
