import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { requestsOf, simulatedApp } from '../heroku/restart-support.js'
import { eventually, startHeroku } from '../local-heroku/support.js'
import { root } from '../support/root.js'
import { createScene } from '../support/scene.js'
import { herokuFor, unreachable, users } from './status-support.js'

const looks = (text: string) => text.split('Ctrl-C ends it').length - 1

describe('release status --watch', () => {
  it('shows the status again and again until Ctrl-C, which ends it with 130 and no word of failure', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.waitForDynos()
    const scene = await createScene(users)
    const watch = scene.start(`status --app ${app.name} --watch --interval 20ms`, herokuFor(heroku))
    await eventually(() => looks(watch.stdout()) >= 2, 'two looks')
    app.crash('web.1')
    await eventually(() => watch.stdout().includes('1 dyno crashed.'), 'the crash')
    watch.kill('SIGINT')
    const { exitCode, stdout, stderr } = await watch.done
    expect(exitCode).toBe(130)
    expect(stderr).toBe('')
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\d UTC, again in 20 ms; Ctrl-C ends it\n.* 1 dyno \w+\.\n\nDatabase /,
    )
    expect(stdout).not.toContain('\u001B')
  })

  it('ends by itself once nobody reads it', async () => {
    const scene = await createScene(users)
    const words = `"${process.execPath}" "${join(root, 'bin/release.js')}" status --watch --interval 20ms | head -n 1`
    const { stdout } = await promisify(execFile)('sh', ['-c', words], {
      cwd: scene.folder,
      env: { PATH: process.env['PATH'], DATABASE_URL: scene.url },
      timeout: 50_000,
    })
    expect(stdout).toContain('Ctrl-C ends it')
  })

  it('asks Heroku only for what changes', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    const scene = await createScene(users)
    const before = requestsOf(heroku, 'GET').length
    const watch = scene.start(`status --app ${app.name} --watch --interval 20ms`, herokuFor(heroku))
    await eventually(() => looks(watch.stdout()) >= 3, 'three looks')
    watch.kill('SIGTERM')
    expect((await watch.done).exitCode).toBe(143)
    const paths = requestsOf(heroku, 'GET').slice(before)
    const count = (end: string) => paths.filter((path) => path.endsWith(end)).length
    expect(count('/dynos')).toBeGreaterThanOrEqual(3)
    for (const end of [app.name, '/formation', '/features/preboot']) expect(count(end)).toBe(1)
    expect(paths.filter((path) => path.includes('/slugs/'))).toHaveLength(1)
  })

  it('looks less often, and says so, when few requests are left', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    heroku.quota.set(90)
    const scene = await createScene(users)
    const watch = scene.start(`status --app ${app.name} --watch --interval 20ms`, herokuFor(heroku))
    await eventually(() => looks(watch.stdout()) === 1, 'a look')
    watch.kill('SIGINT')
    const { stdout } = await watch.done
    expect(stdout).toContain('again in 30 s')
    expect(stdout).toMatch(/^ +8\d requests left of the account's quota/m)
  })

  it('goes on where neither side can be read', async () => {
    const scene = await createScene(users)
    const watch = scene.start('status --watch --interval 20ms', unreachable)
    await eventually(() => looks(watch.stdout()) >= 2, 'two looks')
    watch.kill('SIGINT')
    expect(await watch.done).toMatchObject({ exitCode: 130, stderr: '' })
  })

  it('is refused together with --json', async () => {
    const scene = await createScene(users)
    const { exitCode, stderr } = await scene.release('status --watch --json')
    expect(exitCode).toBe(64)
    expect(stderr).toContain('--json prints one object')
  })

  it('is refused without any pause', async () => {
    const scene = await createScene(users)
    const { exitCode, stderr } = await scene.release('status --watch --interval 0s')
    expect(exitCode).toBe(64)
    expect(stderr).toContain('An interval of 0 would use up the API requests')
  })
})
