import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, type Session } from '../../src/postgres/session.js'
import { readDatabaseUrl } from '../../src/postgres/url.js'
import { onLeash } from '../../src/story/leashing.js'
import { eventually } from '../support/eventually.js'
import { hold, untilLetGo } from '../support/hold.js'
import { createAppDatabase } from '../support/scene.js'

let database: Awaited<ReturnType<typeof createAppDatabase>>
let session: Session
let warnings: string[]

const world = {
  log: { info: () => undefined, warn: (_: string, line: string) => void warnings.push(line) },
}

beforeEach(async () => {
  warnings = []
  database = await createAppDatabase()
  const target = readDatabaseUrl(database.appUrl, { source: 'DATABASE_URL' })
  session = await connect(target, { applicationName: 'release-phase', waitMs: 0 })
})

afterEach(async () => await session.end())

const leash = async () =>
  await database.query<{ pid: number; state: string; query: string }>(
    `SELECT pid, state, query FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'release-phase leash'`,
  )

it('a release whose sign of life is cut off alone takes the leash off and goes on', async () => {
  const letGo = await hold(database)
  const work = onLeash(world, session, { graceMs: 600_000 }, async () => await session.query(untilLetGo))
  // One is idle and the other has begun to look; until then neither is what it will be.
  const sign = await eventually(async () => {
    const on = await leash()
    return on.some(({ query }) => query.includes('DO $leash$')) && on.find(({ state }) => state === 'idle')
  }, 'the leash is on')
  await database.query('SELECT pg_terminate_backend($1)', [sign.pid])
  await eventually(async () => (await leash()).length === 0, 'the leash is off')
  await letGo()
  expect(await work).toMatchObject({ command: 'DO' })
  expect(warnings).toEqual([])
})

it('a release without two connections more is told that it has no leash, and goes on', async () => {
  await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT 1`)
  await expect(
    onLeash(world, session, {}, async () => await session.query('SELECT 1')),
  ).resolves.toMatchObject({
    rowCount: 1,
  })
  expect(warnings).toEqual([expect.stringContaining('no two connections left')])
})

it('where the server looks after its clients by itself, there is no leash', async (context) => {
  const set = session.query("SET client_connection_check_interval = '500ms'")
  if (
    !(await set.then(
      () => true,
      () => false,
    ))
  )
    context.skip()
  expect(await onLeash(world, session, {}, leash)).toEqual([])
})
