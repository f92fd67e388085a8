import { describe, expect, it } from 'vitest'
import { recorded } from '../core/tail/recorded.js'
import { simulatedApp } from '../heroku/restart-support.js'
import { eventually, startHeroku } from '../local-heroku/support.js'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { createProject } from '../support/project.js'
import { startRelease, type Environment, type Running } from '../support/run-release.js'
import { herokuFor, lastLine } from './status-support.js'

async function tail(heroku: LocalHeroku, app: LocalApp, words: string, env: Environment = {}) {
  const { folder } = await createProject({})
  return tailIn(folder, heroku, app, words, env)
}

function tailIn(folder: string, heroku: LocalHeroku, app: LocalApp, words: string, env: Environment = {}) {
  return startRelease(['tail', ...words.split(' ').filter(Boolean)], {
    cwd: folder,
    env: { ...herokuFor(heroku), HEROKU_APP_NAME: app.name, ...env },
  })
}

async function quietApp(heroku: LocalHeroku): Promise<LocalApp> {
  const app = await simulatedApp(heroku, { web: 1 })
  await app.waitForDynos()
  return app
}

/** Writes a recorded line as if it came now. */
function replay(app: LocalApp, line: string): void {
  const [, source, dyno = '', text = ''] = /^\S+ (app|heroku)\[([^\]]+)\]: (.*)$/.exec(line) ?? []
  app.writeLog(source === 'heroku' ? 'heroku' : 'app', dyno, text)
}

const h12 = recorded.signs[1][3]
const following = async (running: Running) => await running.says('counting what was logged')

describe('release tail', () => {
  it('ends with 0 when the log has been quiet for the time, whatever is logged that does not matter', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const running = await tail(heroku, app, '--until-stable 700ms --tail-deadline 1m')
    await following(running)
    for (const line of [...recorded.ordinary, ...recorded.lookalikes]) replay(app, line)
    const { exitCode, stdout, stderr } = await running.done
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`${app.name} v3 is stable: quiet for 700 ms.\n`)
    expect(stderr).toContain(`following ${app.name} v3 until it is quiet for 700 ms, for 1 min at most`)
    // The address of a log session opens the log to whoever reads it.
    expect(`${stdout}${stderr}`).not.toContain('/streams/')
  })

  it('counts each recorded pattern and ends with 0 when it is quiet after the burst', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const running = await tail(heroku, app, '--until-stable 2s --tail-deadline 1m --json')
    await following(running)
    for (const [, , , line] of recorded.signs) replay(app, line)
    const { exitCode, stdout, stderr } = await running.done
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout) as { kinds: { kind: string; lines: number }[] }
    const expected = new Map<string, number>()
    for (const [kind] of recorded.signs) expected.set(kind, (expected.get(kind) ?? 0) + 1)
    expect(new Map(report.kinds.map(({ kind, lines }) => [kind, lines]))).toEqual(expected)
    expect(report).toMatchObject({ stable: true, release: 3, gaps: [], reconnects: 0, crashed: [] })
    expect(stderr).toMatch(/^tail +H12: \S+ heroku\[router\]: at=error code=H12 /m)
    expect(stderr).not.toMatch(/^tail +H27: /m)
  })

  it('ends with 2 as soon as quiet cannot be had any more before the deadline, with a summary', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const running = await tail(heroku, app, '--until-stable 20s --tail-deadline 21s')
    await following(running)
    const timer = setInterval(() => replay(app, h12), 50)
    const { exitCode, stdout } = await running.done.finally(() => clearInterval(timer))
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(
      /^ {2}H12 +Request timeout +\d+ lines +\d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC +web\.1$/m,
    )
    expect(lastLine(stdout)).toMatch(new RegExp(`^${app.name} v3 is not stable: \\d+ lines of trouble in `))
  })

  it('loses nothing and counts nothing twice where the stream is cut and the session expires', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const streams = /^\/streams\/logs\//
    heroku.faults.add({ kind: 'stream', lines: 15, fate: 'cut', match: { path: streams } })
    heroku.faults.add({ kind: 'status', status: 404, match: { path: streams } })
    heroku.faults.add({ kind: 'stream', lines: 22, fate: 'end', match: { path: streams } })
    const running = await tail(heroku, app, '--until-stable 2s --tail-deadline 1m --json')
    await following(running)
    for (let count = 0; count < 40; count += 1) replay(app, h12)
    const { exitCode, stdout } = await running.done
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kinds: [{ kind: 'H12', lines: 40 }], gaps: [], reconnects: 3 })
  })

  it('is not taken in by a stream that has fallen silent', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    heroku.faults.add({ kind: 'stream', lines: 0, fate: 'stall', match: { path: /^\/streams\/logs\// } })
    const running = await tail(heroku, app, '--until-stable 4s --tail-deadline 6s --json')
    await following(running)
    replay(app, h12)
    const { exitCode, stdout } = await running.done
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ kinds: [{ kind: 'H12', lines: 1 }] })
  })

  it('is not taken in by the silence of a crashed dyno', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1, worker: 1 }, ({ type }) =>
      type === 'web' ? 'up' : 'crashed',
    )
    await eventually(() => app.dynos().some(({ state }) => state === 'crashed'), 'a crash')
    const running = await tail(heroku, app, '--until-stable 500ms --tail-deadline 5s --ignore crashed')
    const { exitCode, stdout } = await running.done
    expect(exitCode).toBe(2)
    expect(lastLine(stdout)).toMatch(/is not stable: no trouble in .*; crashed: worker\.1\.$/)
  })

  it('counts what was logged since the current release, and nothing before it', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    replay(app, h12)
    const earlier = Date.now()
    await eventually(() => Date.now() >= earlier + 1100, 'the next second')
    await app.setConfigVars({ VALUE: '1' })
    replay(app, recorded.signs[0][3])
    const { stdout } = await (await tail(heroku, app, '--until-stable 500ms --tail-deadline 1m --json')).done
    expect(JSON.parse(stdout)).toMatchObject({ release: 4, kinds: [{ kind: 'H10', lines: 1 }] })
  })

  it('finds a team’s own patterns and passes over what it ignores, from the file and from flags', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const { folder } = await createProject({
      'release-phase.config.json': '{ "tail": { "patterns": ["Payment, declined"], "ignore": "R14" } }',
    })
    const running = tailIn(
      folder,
      heroku,
      app,
      '--until-stable 3s --tail-deadline 1m --json --pattern dead(lock) --ignore H1[0-9]',
    )
    await following(running)
    for (const [, , , line] of recorded.signs.slice(0, 10)) replay(app, line)
    app.writeLog('app', 'web.1', 'Payment, declined')
    app.writeLog('app', 'worker.1', 'deadlock detected')
    const { kinds } = JSON.parse((await running.done).stdout) as { kinds: { kind: string; weight: string }[] }
    expect(kinds.filter(({ weight }) => weight === 'trouble').map(({ kind }) => kind)).toEqual([
      'R10',
      'R12',
      'Payment, declined',
      'dead(lock)',
    ])
  })

  it('tells what it saw when it is stopped, and ends with 130', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    const running = await tail(heroku, app, '')
    await following(running)
    replay(app, h12)
    await running.says('H12: ')
    running.kill('SIGINT')
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/^tail +\S+ v3 is not stable: 1 line of trouble in /m)
  })
})

describe('release tail is refused', () => {
  it.each([
    [64, 'usage', '--until-stable 5m --tail-deadline 1m', {}],
    [64, 'usage', '--pattern (', {}],
    [64, 'usage', '--until-stable soon', {}],
    [78, 'app-missing', '', { HEROKU_APP_NAME: undefined }],
    [78, 'token-missing', '', { HEROKU_API_KEY: undefined }],
    [78, 'token-refused', '', { HEROKU_API_KEY: 'HRKU-not-a-token-of-this-account' }],
    [78, 'app-unknown', '', { HEROKU_APP_NAME: 'nobodys' }],
  ])('with %i, %s: release tail %s %o', async (exitCode, code, words, env) => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const result = await (await tail(heroku, app, `${words} --json`, env)).done
    expect(result.exitCode).toBe(exitCode)
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code } })
  })

  it('with 69 when the log could not be reached at all', async () => {
    const heroku = await startHeroku()
    const app = await quietApp(heroku)
    heroku.faults.add({ kind: 'status', status: 503, times: 1000, match: { path: /log-sessions$/ } })
    const { exitCode, stdout } = await (await tail(heroku, app, '--until-stable 1s --json')).done
    expect(exitCode).toBe(69)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'log-unavailable' } })
  })
})
