import { expect, test } from 'vitest'
import { migrate, plan, ReleaseError, restart, status } from '../src/index.js'
import { createScene } from './support/scene.js'

test('the library migrates, plans and looks without reading the process', async () => {
  const scene = await createScene({ 'migrations/1_a.sql': 'CREATE TABLE a (id int)' })
  const lines: string[] = []
  const options = {
    environment: { DATABASE_URL: scene.url },
    folder: scene.folder,
    log: { info: (_: string, line: string) => lines.push(line), warn: () => undefined },
  }

  expect((await plan(options)).plan?.pending.map(({ name }) => name)).toEqual(['1_a'])
  const outcome = await migrate(options)
  expect(outcome).toMatchObject({
    outcome: 'applied',
    appliedCount: 1,
    applied: [{ name: '1_a', inTransaction: true }],
  })
  expect(outcome.restart).toMatchObject({ restarted: false, advice: 'heroku ps:restart --app APP' })
  expect(lines.some((line) => line.startsWith('1_a ('))).toBe(true)
  expect(await migrate(options)).toMatchObject({ outcome: 'nothing', appliedCount: 1 })
  expect(await status(options)).toMatchObject({ database: { migrations: { applied: 1, pending: [] } } })
})

test('settings can be given as flags, and a wrong one is an error with an exit code', async () => {
  const options = { environment: {}, flags: { 'lock-wait': 'soon' } }
  await expect(migrate(options)).rejects.toMatchObject({ name: 'ReleaseError', code: 'usage', exitCode: 64 })
  await expect(restart({ environment: {} })).rejects.toBeInstanceOf(ReleaseError)
})

test('a signal ends a run in order: rolled back, and the lock is free', async () => {
  const scene = await createScene({
    'migrations/1_slow.sql': 'CREATE TABLE slow (id int); SELECT pg_sleep(60)',
  })
  const stop = new AbortController()
  const running = migrate({
    environment: { DATABASE_URL: scene.url },
    folder: scene.folder,
    signal: stop.signal,
    log: { info: (step) => step === 'plan' && setTimeout(() => stop.abort(), 100), warn: () => undefined },
  })
  await expect(running).rejects.toBeInstanceOf(ReleaseError)
  const [row] = await scene.database.query(
    `SELECT to_regclass('slow') AS slow, pg_try_advisory_lock(7241865325823964) AS free`,
  )
  expect(row).toEqual({ slow: null, free: true })
})
