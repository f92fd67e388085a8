import type { Client } from 'pg'
import { inject } from 'vitest'
import { messageOf } from '../../src/core/errors.js'
import { migrate } from '../../src/library.js'
import type { Trial } from './extent.js'
import { leftovers } from './leftovers.js'
import { labelOf } from './messages.js'
import { differences, takePicture, type Picture } from './picture.js'
import { startFaultProxy, type Point } from './proxy.js'
import { releaseElsewhere, releaseHere, type Ended } from './first-release.js'
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
  readonly first: Ended
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
  return await stage.databases.lend(async (lent) => {
    const { url, observer } = lent
    const traffic = startTraffic(lent)
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
        if (fault === 'kill' || fault === 'stall')
          await release.kill(fault === 'kill' ? 'SIGKILL' : 'SIGTERM')
        cut()
      },
    })
    const proxied = new URL(url)
    proxied.host = `127.0.0.1:${proxy.port}`
    const options = { folder: stage.folder, environment: environment(proxied.href) }
    const release = fault === 'cut' || fault === 'outage' ? releaseHere(options) : releaseElsewhere(options)
    try {
      const first = await release.done
      return await look({
        first,
        client: observer,
        url,
        labels,
        struck: proxy.struck(),
        leave: traffic.leave,
      })
    } finally {
      await release.kill('SIGKILL')
      proxy.close()
    }
  })
}
