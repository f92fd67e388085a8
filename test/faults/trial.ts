import type { Client } from 'pg'
import { inject } from 'vitest'
import { messageOf } from '../../src/core/errors.js'
import { migrate } from '../../src/library.js'
import { eventually } from '../support/eventually.js'
import { createDatabase, databaseUrl } from '../support/postgres.js'
import { startRelease, type RunResult } from '../support/run-release.js'
import { appRole } from '../support/scene.js'
import type { Trial } from './extent.js'
import { labelOf } from './messages.js'
import { differences, takePicture, type Picture } from './picture.js'
import { startFaultProxy, type Point } from './proxy.js'
import { startTraffic, type Stage } from './stage.js'

/**
 * `cut`: both ends of the connection are gone, and a new one can be made. `outage`: nor can a new one. `kill`:
 * SIGKILL for the process. `stall`: nothing passes any more and everything stays open, until SIGTERM.
 */
export type Fault = 'cut' | 'outage' | 'kill' | 'stall'

/** A release that nothing disturbs: how many messages it takes, and what it leaves. */
export interface Undisturbed {
  readonly messages: number
  /** What each message was, from the first on, for people. */
  readonly labels: readonly string[]
  readonly picture: Picture
}

export async function runUndisturbed(stage: Stage): Promise<Undisturbed> {
  return await withRun(stage, undefined, undefined, async ({ first, client, labels }) => {
    if (first.exitCode !== 0) throw new Error(`The undisturbed release failed:\n${first.stderr}`)
    return { messages: labels.length, labels, picture: await takePicture(client) }
  })
}

const allowed: Readonly<Record<Fault, readonly number[]>> = {
  cut: [0, 69],
  outage: [0, 69],
  kill: [137],
  stall: [143],
}

/** A release with a fault at this point, then another one at once with none; compared with the undisturbed one. */
export async function tryPoint(
  stage: Stage,
  point: Point,
  fault: Fault,
  undisturbed: Undisturbed,
): Promise<Trial> {
  return await withRun(stage, point, fault, async ({ first, client, struck, url, leave }) => {
    const divergences: string[] = []
    const { exitCode } = first
    if (struck && !allowed[fault].includes(exitCode)) {
      divergences.push(`the first release ended with ${exitCode}: ${first.stderr.trim()}`)
    }
    if (exitCode === 0) {
      await leave()
      const claimed = differences(undisturbed.picture, await takePicture(client))
      divergences.push(...claimed.map((line) => `the first release ended with 0, and ${line}`))
    }
    // It may have to wait for the lock, and only then for the rest of the app.
    const tell = (step: string) => void (step === 'lock' && leave().catch(() => undefined))
    const log = { info: tell, warn: tell }
    await migrate({ folder: stage.folder, environment: environment(url), log }).catch((error: unknown) => {
      divergences.push(`the second release failed: ${messageOf(error)}`)
    })
    await leave()
    divergences.push(...differences(undisturbed.picture, await takePicture(client)))
    divergences.push(...(await leftovers(client)))
    const at = `${point.side} ${point.message} (${undisturbed.labels[point.message - 1]})`
    return { struck, exitCode, divergences: divergences.map((line) => `${fault} ${at}: ${line}`) }
  })
}

const environment = (url: string) => ({
  DATABASE_URL: url,
  RELEASE_LOCK_TIMEOUT: '100ms',
  RELEASE_LOCK_WAIT: '30s',
})

interface Run {
  readonly first: RunResult
  /** A superuser's, on the trial's database. */
  readonly client: Client
  readonly labels: readonly string[]
  readonly struck: boolean
  /** The server itself, without the proxy. */
  readonly url: string
  /** Ends the transactions of the rest of the app. */
  readonly leave: () => Promise<void>
}

async function withRun<Result>(
  stage: Stage,
  point: Point | undefined,
  fault: Fault | undefined,
  look: (run: Run) => Promise<Result>,
): Promise<Result> {
  const database = await createDatabase({ owner: appRole.name, template: stage.template })
  const client = await database.connect()
  const traffic = startTraffic(client, database)
  const labels: string[] = []
  const server = new URL(inject('postgresUrl'))
  const proxy = await startFaultProxy({
    target: { host: server.hostname, port: Number(server.port) },
    point,
    onMessage: async (message, pass) => {
      labels.push(labelOf(message))
      await traffic.meet(message, pass)
    },
    fault: async (cut, message) => {
      if (point?.side === 'after') await traffic.settle(message)
      if (fault === 'outage') proxy.close()
      if (fault === 'kill' || fault === 'stall') {
        release.kill(fault === 'kill' ? 'SIGKILL' : 'SIGTERM')
        await release.done
      }
      cut()
    },
  })
  const url = databaseUrl(database.name, appRole)
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${proxy.port}`
  const release = startRelease(['migrate'], {
    cwd: stage.folder,
    env: environment(proxied.href),
    // Many run at once.
    deadlineMs: 300_000,
  })
  try {
    const first = await release.done
    const { leave } = traffic
    return await look({ first, client, url, labels, struck: proxy.struck(), leave })
  } finally {
    release.kill('SIGKILL')
    proxy.close()
    await database.drop()
  }
}

/** Sessions and locks of ours that are still there although nobody releases any more. */
async function leftovers(client: Client): Promise<string[]> {
  const read = async () => {
    const { rows } = await client.query<{ line: string }>(`
      SELECT format('left a session: %s, %s, %s', application_name, state, query) AS line FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'release-phase%'
      UNION ALL
      SELECT format('left a lock: %s, %s', objid, mode) FROM pg_locks
      WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
    return rows.map(({ line }) => line)
  }
  // A session ends a moment after its client.
  const gone = eventually(async () => (await read()).length === 0, 'sessions and locks are gone', 5000)
  return await gone.then(
    () => [],
    async () => await read(),
  )
}
