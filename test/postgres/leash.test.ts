import { afterEach, beforeEach, expect, it } from 'vitest'
import { leashSession } from '../../src/postgres/leash.js'
import { connect, type Session } from '../../src/postgres/session.js'
import { readDatabaseUrl } from '../../src/postgres/url.js'
import { eventually } from '../support/eventually.js'
import { createAppDatabase } from '../support/scene.js'

type AppDatabase = Awaited<ReturnType<typeof createAppDatabase>>

let database: AppDatabase
let session: Session

beforeEach(async () => {
  database = await createAppDatabase()
  const target = readDatabaseUrl(database.appUrl, { source: 'DATABASE_URL' })
  session = await connect(target, { applicationName: 'release-phase', waitMs: 0 })
})

afterEach(async () => await session.end())

const sessions = async (name: string) =>
  await database.query<{ pid: number; state: string; turn: string }>(
    `SELECT pid, state, xact_start::text AS turn FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1`,
    [name],
  )

const isGone = async (pid: number) =>
  (await database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).length === 0

const works = async () =>
  await eventually(async () => (await sessions('release-phase'))[0]?.state === 'active', 'it works')

/** Long enough that nothing ends while a test looks at it. */
const aLongGrace = 600_000

it('a session is ended in the middle of its statement once its process is gone', async () => {
  const leash = await leashSession(session, { graceMs: 50 })
  const ended = session.query('SELECT pg_sleep(600)').catch((error: unknown) => error)
  await works()
  leash.alive.cut()
  expect(await ended).toMatchObject({ code: '57P01' })
  await eventually(async () => (await sessions('release-phase leash')).length === 0, 'nobody is left')
})

it('one that lives keeps working when only its sign of life is lost, and nobody can end it later', async () => {
  const leash = await leashSession(session, { graceMs: aLongGrace })
  session.query('SELECT pg_sleep(600)').catch(() => undefined)
  await works()
  leash.alive.cut()
  await leash.slip()
  await eventually(async () => (await sessions('release-phase leash')).length === 0, 'the leash is off')
  expect(await sessions('release-phase')).toMatchObject([{ state: 'active' }])
  session.cut()
})

it('one that has begun another statement since its sign of life was lost is not ended', async () => {
  const leash = await leashSession(session, { graceMs: 1 })
  const { pid } = leash.alive
  leash.alive.cut()
  await eventually(async () => await isGone(pid), 'the sign of life is gone')
  const turns = new Set<string>()
  await eventually(async () => {
    for (const { turn } of await sessions('release-phase leash')) turns.add(turn)
    return turns.size > 2
  }, 'it was seen to be gone')
  const { rows } = await session.query('SELECT pg_sleep(0.7), 1 AS lives')
  expect(rows).toMatchObject([{ lives: 1 }])
  expect(await sessions('release-phase leash')).toHaveLength(1)
  await leash.release()
})

it('taken off at the end, it leaves the session alone and nobody behind', async () => {
  const leash = await leashSession(session, { graceMs: 1 })
  expect(await sessions('release-phase leash')).toHaveLength(2)
  const work = session.query('SELECT pg_sleep(0.7), 1 AS lives')
  await leash.release()
  expect(await sessions('release-phase leash')).toEqual([])
  expect((await work).rows).toMatchObject([{ lives: 1 }])
})

it('taken off a session whose connection was lost, it ends that one on the server', async () => {
  const leash = await leashSession(session, { graceMs: aLongGrace })
  session.query('SELECT pg_sleep(600)').catch(() => undefined)
  await works()
  session.cut()
  await eventually(() => session.lost(), 'the connection is lost')
  expect(await isGone(session.pid)).toBe(false)
  await leash.release()
  await eventually(async () => await isGone(session.pid), 'the session is ended')
  await eventually(async () => (await sessions('release-phase leash')).length === 0, 'nobody is left')
})

it('is refused where there are not two connections more, and leaves nobody behind', async () => {
  await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT 2`)
  await expect(leashSession(session)).rejects.toThrow('no connections left')
  await eventually(async () => (await sessions('release-phase leash')).length === 0, 'nobody is left')
})
