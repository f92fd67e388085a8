import { describe, expect, it } from 'vitest'
import { hold, untilLetGo } from '../support/hold.js'
import { closableApp } from '../release/maintenance-scene.js'
import { unreachable } from './status-support.js'

describe('release maintenance', () => {
  it('shows what is, and who has done it', async () => {
    const closable = await closableApp()
    const { name } = closable.app
    expect((await closable.run('maintenance')).stdout).toBe(`Maintenance mode of ${name} is off.\n`)
    closable.app.setMaintenance(true)
    expect((await closable.run('maintenance')).stdout).toBe(
      `Maintenance mode of ${name} is on.\nNo release has switched it on: somebody else has.\n`,
    )
    const { stdout } = await closable.run('maintenance --json')
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'maintenance',
      platform: { app: name, on: true },
      database: { record: null, holders: [] },
    })
  })

  it('shows a release that is at work behind it, and one that was killed with what mends it, as status does', async () => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': untilLetGo } })
    const { name } = closable.app
    const letGo = await hold(closable.database)
    const running = closable.begin('migrate --maintenance always')
    await running.says('1 pending')
    await expect
      .poll(async () => (await closable.run('maintenance')).stdout, { timeout: 30_000 })
      .toMatch(
        / {2}closed by release migrate by hand by .* ago\n {2}stopped: web 2, worker 1\n {2}at work on it: /,
      )
    running.kill('SIGKILL')
    await running.done
    await letGo()

    const mend = `-> nobody is at work on it any more. Finish it, and open the app: release migrate --app ${name}`
    await expect
      .poll(async () => (await closable.run('maintenance')).stdout, { timeout: 30_000 })
      .toContain(mend)
    const status = await closable.run('status')
    expect(status.stdout).toMatch(/\nDowntime {3}closed by release migrate by hand by /)
    expect(status.stdout).toContain(mend)
    expect(status.stdout).toContain('(cedar, in maintenance mode)')
    expect(status.stdout.trimEnd().split('\n').at(-1)).toContain('; closed by a release; ')
    const json = JSON.parse((await closable.run('status --json')).stdout) as object
    expect(json).toMatchObject({
      database: { maintenance: { record: { app: name, stopped: [{ type: 'web' }, { type: 'worker' }] } } },
    })
    expect(closable.app.maintenance()).toBe(true)

    expect((await closable.run('maintenance off')).exitCode).toBe(0)
    expect((await closable.run('status')).stdout).not.toContain('Downtime')
  })

  it('each side works alone, and says what it does not know', async () => {
    const closable = await closableApp()
    const { name } = closable.app
    const withoutDatabase = await closable.run('maintenance', unreachable)
    expect(withoutDatabase.stdout).toContain(
      `Maintenance mode of ${name} is off.\nWhether a release has closed it is not known: `,
    )
    const withoutHeroku = await closable.run('maintenance', { HEROKU_API_KEY: '' })
    expect(withoutHeroku.stdout).toContain('Heroku could not be asked: Maintenance mode needs an API token')
    expect(withoutHeroku.exitCode).toBe(0)
    const withNeither = await closable.run('maintenance', { ...unreachable, HEROKU_API_KEY: '' })
    expect(withNeither.exitCode).toBe(78)
  })

  it('on and off are what they say, also twice', async () => {
    const closable = await closableApp()
    const { name } = closable.app
    expect((await closable.run('maintenance on')).stdout).toBe(`Maintenance mode of ${name} is on.\n`)
    expect(closable.app.maintenance()).toBe(true)
    expect((await closable.run('maintenance on')).stdout).toBe(
      `Maintenance mode of ${name} is on, as before.\n`,
    )
    expect((await closable.run('maintenance off')).stdout).toBe(`Maintenance mode of ${name} is off.\n`)
    expect(closable.app.maintenance()).toBe(false)
    expect((await closable.run('maintenance off')).stdout).toBe(
      `Maintenance mode of ${name} is off, as before.\n`,
    )
  })

  it('off needs no database, and says that it does not know of stopped processes; --when-live needs one', async () => {
    const closable = await closableApp()
    closable.app.setMaintenance(true)
    const whenLive = await closable.run('maintenance off --when-live', unreachable)
    expect(whenLive.exitCode).toBe(69)
    expect(closable.app.maintenance()).toBe(true)
    const off = await closable.run('maintenance off', unreachable)
    expect(off.exitCode).toBe(0)
    expect(off.stdout).toContain('is off.\nWhether a release has stopped processes is not known: ')
    expect(closable.app.maintenance()).toBe(false)
  })

  it('off waits for a release that is at work', async () => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': untilLetGo } })
    const letGo = await hold(closable.database)
    const running = closable.begin('migrate --maintenance always')
    await running.says('1 pending')
    expect((await closable.run('maintenance off --lock-wait 100ms')).exitCode).toBe(75)
    expect(closable.app.maintenance()).toBe(true)
    const off = closable.begin('maintenance off')
    await off.says('lock     waiting')
    await letGo()
    expect((await running.done).exitCode).toBe(0)
    expect((await off.done).stdout).toBe(`Maintenance mode of ${closable.app.name} is off, as before.\n`)
    expect(closable.quantities()).toEqual({ web: 2, worker: 1, clock: 0 })
  })

  it.each([
    ['maintenance of', 'does not take "of"'],
    ['maintenance --when-live', '--when-live goes with off'],
    ['maintenance on --when-live', '--when-live goes with off'],
    ['maintenance on off', 'does not take "off"'],
  ])('release %s is wrong usage', async (words, said) => {
    const closable = await closableApp()
    const { exitCode, stderr } = await closable.run(words)
    expect(exitCode).toBe(64)
    expect(stderr).toContain(said)
    expect(closable.app.maintenance()).toBe(false)
  })
})

it('release plan says that the app would be closed', async () => {
  const closable = await closableApp()
  const closes = 'Would close the app meanwhile'
  expect((await closable.run('plan --maintenance always')).stdout).toContain(closes)
  expect((await closable.run('plan')).stdout).not.toContain(closes)
  await closable.run('migrate')
  expect((await closable.run('plan --maintenance always')).stdout).not.toContain(closes)
})
