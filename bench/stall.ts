import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createApp, nodePgMigrateBin, releaseBin, type BenchApp } from './apps.js'
import { median, startNode, type Started } from './pairs.js'
import type { Row } from './table.js'

const lockTimeoutMs = 1000
const selectS = 10

/**
 * What the app feels while a migration waits behind a SELECT of ten seconds: the worst of a second reader's
 * queries, against `lock_timeout`. And how soon a run that was killed or stopped is out of the way.
 */
export async function measureStall(serverUrl: string, rounds: number): Promise<Row[]> {
  const ours = await inRounds(rounds, async () => await worstRead(serverUrl, releaseBin, ['migrate']))
  const theirs = await inRounds(1, async () => await worstRead(serverUrl, nodePgMigrateBin, ['up']))
  const killed = await inRounds(rounds, async () => await beginsAgain(serverUrl))
  const stopped = await inRounds(rounds, async () => await isGone(serverUrl))
  const against = 'lock_timeout, 1 s'
  return [
    row(`worst read behind it, release`, ours, lockTimeoutMs, against, 1.2),
    row(`worst read behind it, node-pg-migrate`, theirs, lockTimeoutMs, against),
    row('SIGKILL in 12 s of work, until the rerun migrates', killed, 3000, '3 s', 1),
    row('SIGTERM in 12 s of work, until the backend is gone', stopped, 5000, '5 s', 1),
  ]
}

/** The worst of the rounds is what counts. */
const row = (
  what: string,
  times: readonly number[],
  overMs: number,
  against: string,
  bound?: number,
): Row => ({
  what,
  medianMs: median(times),
  ratio: Math.max(...times) / overMs,
  against,
  ...(bound === undefined ? {} : { bound }),
})

async function inRounds(rounds: number, work: () => Promise<number>): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await work())
  return times
}

/** An app whose table `hot` exists, and one pending migration. */
async function withApp<Result>(
  serverUrl: string,
  migration: string,
  work: (app: BenchApp, client: Client) => Promise<Result>,
): Promise<Result> {
  const app = await createApp(serverUrl, 'bench_stall', 0)
  const client = new Client({ connectionString: app.url })
  try {
    await app.query('CREATE TABLE hot AS SELECT 1 AS id')
    await writeFile(join(app.folder, 'migrations', '1700000000000_change.sql'), migration)
    await client.connect()
    return await work(app, client)
  } finally {
    await client.end()
    await app.remove()
  }
}

async function worstRead(serverUrl: string, bin: string, words: readonly string[]): Promise<number> {
  return await withApp(serverUrl, 'ALTER TABLE hot ADD COLUMN note text;', async (app, client) => {
    const slow = app.query(`SELECT pg_sleep(${selectS}) FROM hot`)
    const migrating = start(app, bin, words)
    let worstMs = 0
    while (migrating.isRunning()) {
      const startedAt = performance.now()
      await client.query('SELECT count(*) FROM hot')
      worstMs = Math.max(worstMs, performance.now() - startedAt)
      await sleep(5)
    }
    await slow
    if ((await migrating.done) !== 0) throw new Error(`the migration failed:\n${migrating.stderr()}`)
    return worstMs
  })
}

// The first run alone works for long.
const longWork = `CREATE TABLE made (id int);
SELECT pg_sleep(12) WHERE to_regclass('again') IS NULL;`

async function beginsAgain(serverUrl: string): Promise<number> {
  return await withApp(serverUrl, longWork, async (app, client) => {
    await untilItWorks(start(app, releaseBin, ['migrate']), client, 'SIGKILL')
    await client.query('CREATE TABLE again (id int)')
    await sleep(300)
    const startedAt = performance.now()
    const rerun = start(app, releaseBin, ['migrate'])
    await rerun.says('pending')
    const beganMs = performance.now() - startedAt
    if ((await rerun.done) !== 0) throw new Error(`the rerun failed:\n${rerun.stderr()}`)
    return beganMs
  })
}

async function isGone(serverUrl: string): Promise<number> {
  return await withApp(serverUrl, longWork, async (app, client) => {
    const release = start(app, releaseBin, ['migrate'])
    const stoppedAt = await untilItWorks(release, client, 'SIGTERM')
    await release.done
    while ((await working(client)) > 0) await sleep(10)
    return performance.now() - stoppedAt
  })
}

async function untilItWorks(release: Started, client: Client, signal: NodeJS.Signals): Promise<number> {
  while ((await working(client)) === 0) await sleep(20)
  release.kill(signal)
  return performance.now()
}

async function working(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%' AND state = 'active'`,
  )
  return rows[0]?.count ?? 0
}

const start = (app: BenchApp, bin: string, words: readonly string[]): Started =>
  startNode({ args: [bin, ...words], cwd: app.folder, env: { DATABASE_URL: app.url } })
