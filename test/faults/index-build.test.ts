import { isDeepStrictEqual } from 'node:util'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { messageOf } from '../../src/core/errors.js'
import { migrate } from '../../src/library.js'
import { eventually } from '../support/eventually.js'
import { createProject } from '../support/project.js'
import { lendDatabases, type Databases, type Lent } from './databases.js'
import { all, seed, workers } from './extent.js'
import { releaseElsewhere } from './first-release.js'
import { leftovers } from './leftovers.js'
import { carries } from './messages.js'
import { forEachAtOnce, sample } from './points.js'
import { startFaultProxy } from './proxy.js'
import { blows, type Blow } from './schedule/plan.js'

let databases: Databases
let folders: Readonly<Record<(typeof kinds)[number], string>>

const kinds = ['INDEX', 'UNIQUE INDEX'] as const
const moments = ['at once', 'later'] as const

interface Case {
  readonly kind: (typeof kinds)[number]
  readonly blow: Blow['kind']
  readonly moment: (typeof moments)[number]
}

const every = moments.flatMap((moment) =>
  kinds.flatMap((kind) => blows.map((blow): Case => ({ kind, blow, moment }))),
)

beforeAll(async () => {
  databases = lendDatabases(`CREATE TABLE items (id int); INSERT INTO items VALUES (1)`)
  folders = { INDEX: await folderOf('INDEX'), 'UNIQUE INDEX': await folderOf('UNIQUE INDEX') }
})

afterAll(async () => await databases.drop())

it('SIGKILL, SIGTERM, pg_terminate_backend and a cut cable in an index build that waits for an older transaction: a rerun at once and a rerun later both end with one valid index, recorded', async () => {
  const cases = sample(every, all ? every.length : blows.length, seed)
  const divergences: string[] = []
  await forEachAtOnce(cases, workers, async (one) => {
    const found = await databases.lend(async (lent) => await play(lent, one))
    divergences.push(
      ...found.map((line) => `${one.blow} in CREATE ${one.kind}, rerun ${one.moment}: ${line}`),
    )
  })
  expect(divergences).toEqual([])
}, 600_000)

async function folderOf(kind: Case['kind']): Promise<string> {
  const allow = kind === 'INDEX' ? '' : '-- release:allow unique-index "there is one row"\n'
  const sql = `-- no-transaction\n${allow}CREATE ${kind} CONCURRENTLY items_id ON items (id);`
  return (await createProject({ 'migrations/1_index.sql': sql })).folder
}

const environment = (url: string) => ({ DATABASE_URL: url, RELEASE_LOCK_WAIT: '2m' })

async function play({ url, client, observer }: Lent, { kind, blow, moment }: Case): Promise<string[]> {
  const folder = folders[kind]
  const server = new URL(inject('postgresUrl'))
  let met = false
  const proxy = await startFaultProxy({
    target: { host: server.hostname, port: Number(server.port) },
    onMessage: async (message, pass) => {
      // Too young for the look at the weather before the build, and older than the build.
      if (!met && message.type === 'Q' && carries(message, 'INDEX CONCURRENTLY items_id')) {
        met = true
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
      }
      await pass()
    },
  })
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${proxy.port}`
  const first = releaseElsewhere({ folder, environment: environment(proxied.href) })
  try {
    await eventually(async () => await waitsForSnapshot(observer), 'the build waits for the snapshot', 60_000)
    if (blow === 'SIGKILL' || blow === 'SIGTERM') await first.kill(blow)
    else if (blow === 'terminate') await observer.query(`SELECT pg_terminate_backend(pid) ${ours}`)
    else proxy.cut()
    if (moment === 'later') {
      await client.query('COMMIT')
      await first.done
      await eventually(async () => (await observer.query(`SELECT ${ours}`)).rows.length === 0, 'it is gone')
    }
    return [...(await rerun(folder, url, client)), ...(await wrong(observer)), ...(await leftovers(observer))]
  } finally {
    await client.query('COMMIT')
    await first.done
    proxy.close()
  }
}

/** Releases again; the snapshot goes away once this has been seen to wait for it, or for the lock. */
async function rerun(folder: string, url: string, client: Client): Promise<string[]> {
  let waits = 0
  const tell = (step: string) => {
    if (step === 'lock') waits += 1
    if (step === 'apply' || waits > 1) void client.query('COMMIT')
  }
  const log = { info: tell, warn: tell }
  return await migrate({ folder, environment: environment(url), log }).then(
    () => [],
    (error: unknown) => [`it failed: ${messageOf(error)}`],
  )
}

const ours = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'release-phase%'`

async function waitsForSnapshot(observer: Client): Promise<boolean> {
  const { rows } = await observer.query(
    `SELECT FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase = 'waiting for old snapshots'`,
  )
  return rows.length > 0
}

async function wrong(observer: Client): Promise<string[]> {
  const { rows } = await observer.query<{ indexes: string; history: string; rest: string }>(`
    SELECT (SELECT string_agg(indexrelid::regclass || ' valid=' || indisvalid, ', ') FROM pg_index
            WHERE indrelid = 'items'::regclass) AS indexes,
           (SELECT string_agg(name, ', ') FROM pgmigrations) AS history,
           (SELECT count(*)::text FROM release_phase.statements) AS rest`)
  const found = rows[0]
  const expected = { indexes: 'items_id valid=true', history: '1_index', rest: '0' }
  return isDeepStrictEqual(found, expected) ? [] : [`it left ${JSON.stringify(found)}`]
}
