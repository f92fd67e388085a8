import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { herokuFor } from '../commands/status-support.js'
import { requestsOf, simulatedApp } from '../heroku/restart-support.js'
import { startHeroku } from '../local-heroku/support.js'
import { createScene, type Scene } from '../support/scene.js'
import type { Environment } from '../support/run-release.js'

let heroku: LocalHeroku
let app: LocalApp
let scene: Scene

beforeEach(async () => {
  heroku = await startHeroku()
  app = await simulatedApp(heroku, { web: 1, worker: 1 })
  await app.waitForDynos()
  scene = await createScene({ 'migrations/1_users.sql': 'CREATE TABLE users (id int)' })
})

function start(words: string, env: Environment = {}) {
  const all = { ...herokuFor(heroku), HEROKU_APP_NAME: app.name, ...env }
  return scene.start(`migrate --after-migrate --settle 50ms ${words}`.trim(), all)
}

describe('release migrate --after-migrate', () => {
  it('migrates, restarts, and ends with 0 when the log is quiet', async () => {
    const { exitCode, stdout } = await start('--until-stable 700ms --tail-deadline 1m').done
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /1 migration applied .*\nRestarted worker\.1, web\.1 .*\n.* v3 is stable: quiet for/,
    )
  })

  it('ends with 2 when it is not, having migrated; what the old dynos did meanwhile is counted', async () => {
    await scene.write('migrations/2_slow.sql', 'SELECT pg_sleep(1)')
    const running = start('--until-stable 20s --tail-deadline 21s --json')
    await running.says('1_users')
    app.writeLog('app', 'web.1', 'error: column "email" does not exist')
    await running.says('counting what was logged')
    const timer = setInterval(() => app.writeLog('heroku', 'web.1', 'Error R14 (Memory quota exceeded)'), 50)
    const { exitCode, stdout } = await running.done.finally(() => clearInterval(timer))
    expect(exitCode).toBe(2)
    const { applied, tail } = JSON.parse(stdout) as {
      applied: unknown[]
      tail: { stable: boolean; kinds: { kind: string; lines: number }[] }
    }
    expect(applied).toHaveLength(2)
    expect(tail.stable).toBe(false)
    expect(tail.kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['R14', '42703']))
    expect(tail.kinds.find(({ kind }) => kind === '42703')).toMatchObject({ lines: 1 })
  })

  it('follows nothing when nothing was applied, and nothing in the release phase', async () => {
    await start('--until-stable 500ms --tail-deadline 1m').done
    const again = await start('').done
    expect(again).toMatchObject({ exitCode: 0 })
    expect(again.stdout).toContain('The log was not followed: nothing was applied.')
    await scene.write('migrations/2_more.sql', 'CREATE TABLE more (id int)')
    const before = requestsOf(heroku, 'POST').length
    const inPhase = await start('', { DYNO: 'release.1234' }).done
    expect(inPhase).toMatchObject({ exitCode: 0 })
    expect(inPhase.stdout).toContain('The log was not followed: the new dynos boot only when')
    expect(requestsOf(heroku, 'POST')).toHaveLength(before)
  })

  it.each([
    [78, '', { HEROKU_API_KEY: undefined }],
    [78, '', { HEROKU_APP_NAME: undefined }],
    [64, '--until-stable 5m --tail-deadline 1m', {}],
  ])(
    'is refused with %i before anything is migrated, where the log cannot be followed: %s %o',
    async (...given) => {
      const [exitCode, words, env] = given
      expect(await start(words, env).done).toMatchObject({ exitCode })
      await expect(scene.history()).rejects.toThrow('does not exist')
    },
  )

  it('says that the migrations are applied when the log cannot be reached afterwards', async () => {
    heroku.faults.add({ kind: 'status', status: 503, times: 1000, match: { path: /log-sessions$/ } })
    const { exitCode, stderr } = await start('--until-stable 1s').done
    expect(exitCode).toBe(69)
    expect(stderr).toContain('What was pending is applied and recorded (1); only the log was not followed')
  })
})
