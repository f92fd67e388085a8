import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cable } from '../support/cable.js'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { closableApp, formation, type ClosableApp } from './maintenance-scene.js'

const always = 'migrate --maintenance always'
const stopped = { web: 0, worker: 0, clock: 0 }

async function expectOpen(closable: ClosableApp): Promise<void> {
  expect(closable.app.maintenance()).toBe(false)
  expect(closable.quantities()).toEqual(formation)
  expect(closable.app.dynos().map(({ state }) => state)).toEqual(['up', 'up', 'up'])
  expect(await closable.remembered()).toEqual([])
}

async function expectClosed(closable: ClosableApp): Promise<void> {
  expect(closable.app.maintenance()).toBe(true)
  expect(closable.quantities()).toEqual(stopped)
  expect(await closable.remembered()).toHaveLength(1)
}

describe('the app is opened again, since the database is as it was before', () => {
  it('when the first migration fails and was rolled back', async () => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': 'CREATE TABLE a (id nope);' } })
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`1_a was rolled back. ${closable.app.name} is open again.`)
    await expectOpen(closable)
  })

  it('when it was on before, as far as it was', async () => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': 'CREATE TABLE a (id nope);' } })
    closable.app.setMaintenance(true)
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${closable.app.name} is as it was, in maintenance mode.`)
    expect(closable.app.maintenance()).toBe(true)
    expect(closable.quantities()).toEqual(formation)
    expect(await closable.remembered()).toEqual([])
  })

  it('when a statement outside a transaction fails and nothing of it stayed', async () => {
    const closable = await closableApp({
      migrations: { 'migrations/1_a.sql': '-- no-transaction\nCREATE TABLE a (id nope);' },
    })
    expect((await closable.run(always)).exitCode).toBe(1)
    await expectOpen(closable)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('when %s stops the migration', async (signal) => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': 'SELECT pg_sleep(600);' } })
    const running = closable.begin(always)
    await running.says('1 pending')
    await eventually(
      async () =>
        (
          await closable.database.query(
            `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()`,
          )
        ).length > 0,
      'the migration',
    )
    running.kill(signal)
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(signal === 'SIGTERM' ? 143 : 130)
    expect(stderr).toContain(`${closable.app.name} is open again.`)
    await expectOpen(closable)
  })

  it('when it is stopped before anything has run', async () => {
    const closable = await closableApp()
    const running = closable.begin(always, { RELEASE_MAINTENANCE_DRAIN: '10m' })
    await running.says('maintenance mode on')
    running.kill('SIGTERM')
    const { exitCode, stderr } = await running.done
    expect(exitCode).toBe(143)
    expect(stderr).toContain(`error: Stopped by SIGTERM.\n${closable.app.name} is open again.`)
    await expectOpen(closable)
  })

  it('when the table lock is not to be had', async () => {
    const closable = await closableApp()
    await closable.run('migrate --restart never')
    await closable.write('migrations/2_x.sql', 'ALTER TABLE a ADD COLUMN x int;')
    const blocker = await closable.database.connect()
    await blocker.query('BEGIN; LOCK TABLE a IN ACCESS SHARE MODE')
    const { exitCode, stderr } = await closable.run(`${always} --lock-timeout 50ms --lock-retry 200ms`)
    expect(exitCode).toBe(75)
    expect(stderr).toContain('is open again.')
    await expectOpen(closable)
  })

  it('when a hook vetoes behind maintenance mode', async () => {
    const closable = await closableApp({ config: { hooks: { 'before-apply': 'exit 3' } } })
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('The hook before-apply failed with exit status 3.')
    expect(stderr).toContain(`Nothing was applied. ${closable.app.name} is open again.`)
    await expectOpen(closable)
  })

  it('when Heroku refuses to stop a process type', async () => {
    const closable = await closableApp()
    closable.heroku.faults.add({
      kind: 'status',
      status: 422,
      match: { method: 'PATCH', path: /formation\/worker/ },
    })
    const { exitCode, stderr } = await closable.run(always)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('is open again.')
    await expectOpen(closable)
  })
})

it('a hook before maintenance can keep the app open', async () => {
  const closable = await closableApp({ config: { hooks: { 'before-maintenance': 'exit 3' } } })
  const { exitCode, stderr } = await closable.run(always)
  expect(exitCode).toBe(1)
  expect(stderr).not.toContain('maintenance mode on')
  expect(closable.heroku.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
})

describe('the app stays closed, since no code is known to fit the database', () => {
  const half = {
    'migrations/1_a.sql': 'CREATE TABLE a (id int);',
    'migrations/2_b.sql': 'CREATE TABLE b (id nope);',
  }

  it('when a migration was applied before the one that failed; the next release goes on and opens it', async () => {
    const closable = await closableApp({ migrations: half })
    const { exitCode, stderr } = await closable.run(always)
    const { name } = closable.app
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      `${name} is still in maintenance mode, and its processes (web 2, worker 1) are stopped: a migration was applied before the failure.`,
    )
    expect(stderr).toContain(`-> release migrate --app ${name} goes on behind maintenance mode`)
    expect(stderr).toContain(`-> To open it as it is: release maintenance off --app ${name}`)
    await expectClosed(closable)

    const state = await closable.run('maintenance')
    expect(state.stdout).toContain(
      `Maintenance mode of ${name} is on.\n  closed by release migrate by hand by`,
    )
    expect(state.stdout).toContain('stopped: web 2, worker 1')
    expect(state.stdout).toContain(`release migrate --app ${name}`)

    // No flag this time: what was left is finished, whatever the settings say.
    await closable.write('migrations/2_b.sql', 'CREATE TABLE b (id int);')
    const again = await closable.run('migrate')
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('maintain warning: an earlier release has closed the app')
    expect(again.stdout).toContain('up again: web 2, worker 1.')
    await expectOpen(closable)
  })

  it('when the first statement outside a transaction has stayed', async () => {
    const closable = await closableApp({
      migrations: {
        'migrations/1_a.sql': '-- no-transaction\nCREATE TABLE a (id int);\nCREATE TABLE b (id nope);',
      },
    })
    const { stderr } = await closable.run(always)
    expect(stderr).toContain('are stopped: part of what failed has stayed in the database, or may have.')
    await expectClosed(closable)
    expect((await closable.run('maintenance off')).stdout).toBe(
      `Maintenance mode of ${closable.app.name} is off.\n`,
    )
    await expectOpen(closable)
  })

  it('when migrate.command failed, whatever it had done', async () => {
    const closable = await closableApp({ config: { migrate: { command: 'exit 3' } } })
    const { exitCode } = await closable.run(always)
    expect(exitCode).toBe(1)
    await expectClosed(closable)
  })

  it('when a release that goes on after one that was killed while it migrated fails in its turn', async () => {
    const closable = await closableApp({ migrations: { 'migrations/1_a.sql': untilLetGo } })
    const letGo = await hold(closable.database)
    const first = closable.begin(always)
    await first.says('1 pending')
    first.kill('SIGKILL')
    await first.done
    await closable.write('migrations/1_a.sql', 'SELECT nope;')
    await letGo()
    const { stderr } = await closable.run('migrate')
    expect(stderr).toContain('are stopped: an earlier release ended in the middle of migrating.')
    await expectClosed(closable)
  })

  it('when a dyno does not come up; off opens it once it can', async () => {
    let broken = true
    const closable = await closableApp({
      script: ({ type, starts }) => (type === 'worker' && starts > 1 && broken ? 'crashed' : 'up'),
    })
    const { exitCode, stderr } = await closable.run(always)
    const { name } = closable.app
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`error: worker.1 of ${name} crashed when it was started again.`)
    expect(stderr).toContain(`What was pending is applied and recorded; ${name} is still in maintenance mode`)
    expect(closable.app.maintenance()).toBe(true)
    expect(await closable.remembered()).toMatchObject([{ stage: 'opening' }])
    expect(await closable.history()).toEqual(['1_a'])

    broken = false
    closable.app.scale('worker', 0)
    expect((await closable.run('maintenance off')).exitCode).toBe(0)
    await expectOpen(closable)
  })
})

describe('Heroku', () => {
  it.each(['reset', 'status'] as const)(
    'an answer to each order that goes wrong (%s), carried out or not, is no second downtime',
    async (kind) => {
      const close = async (carriedOut: boolean) => {
        const closable = await closableApp()
        const fault = kind === 'reset' ? { kind } : { kind, status: 503 }
        const met = ['', '/formation/web', '/formation/worker'].map((end) => {
          const path = new RegExp(`/apps/${closable.app.name}${end}$`)
          return closable.heroku.faults.add({ ...fault, match: { method: 'PATCH', path }, carriedOut })
        })
        const { exitCode } = await closable.run(always)
        expect(exitCode).toBe(0)
        expect(met.map((count) => count())).toEqual([1, 1, 1])
        await expectOpen(closable)
      }
      await Promise.all([close(true), close(false)])
    },
  )

  it('that is away before the app is closed leaves everything as it is', async () => {
    const closable = await closableApp()
    const { exitCode, stderr } = await closable.run(always, {
      HEROKU_API_URL: 'http://127.0.0.1:9',
      RELEASE_REVIEW_APPS: 'migrate',
    })
    expect(exitCode).toBe(69)
    expect(stderr).toContain('Is HEROKU_API_URL right?')
    expect(await closable.database.query(`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([])
  }, 180_000)
})

describe('a cable to the database that is cut', () => {
  it.each([
    ['while it migrates', 'CREATE TABLE b', false],
    ['while a COMMIT comes back', "'2_b', now()", true],
    ['when the migrations are done', 'UPDATE release_phase.maintenance SET stage', false],
    ['when the app is open again', 'DELETE FROM release_phase.maintenance', false],
  ])('%s: the release connects again, and the app is opened', async (_, cutAt, delivered) => {
    const closable = await closableApp({
      migrations: {
        'migrations/1_a.sql': 'CREATE TABLE a (id int);',
        'migrations/2_b.sql': 'CREATE TABLE b (id int);',
      },
    })
    const line = await cable(closable, cutAt, delivered)
    const { exitCode } = await closable.run(always, { DATABASE_URL: line.url })
    expect(exitCode).toBe(0)
    expect(line.cuts()).toBe(1)
    expect(await closable.history()).toEqual(['1_a', '2_b'])
    await expectOpen(closable)
  })
})

it('hooks stand around the time that the app is closed', async () => {
  const closable = await closableApp({
    config: {
      hooks: Object.fromEntries(
        ['before-maintenance', 'before-apply', 'after-apply', 'after-maintenance'].map((name) => [
          name,
          'echo "$RELEASE_PHASE_HOOK $RELEASE_PHASE_MAINTENANCE" >> hooks',
        ]),
      ),
    },
  })
  const { exitCode, stderr } = await closable.run(always)
  expect(exitCode).toBe(0)
  expect(await readFile(join(closable.folder, 'hooks'), 'utf8')).toBe(
    'before-maintenance \nbefore-apply \nafter-apply \nafter-maintenance off\n',
  )
  expect(stderr.indexOf('before-maintenance')).toBeLessThan(stderr.indexOf('maintenance mode on'))
  await expectOpen(closable)
})
