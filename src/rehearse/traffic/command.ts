import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, type Child } from '../../local-heroku/process/child.js'
import { createOrphanage } from '../../local-heroku/process/orphans.js'
import type { RunningTraffic } from './send.js'

export interface TrafficCommand {
  readonly command: string
  readonly folder: string
  /** The whole environment, `BASE_URL` in it. */
  readonly env: Readonly<Record<string, string>>
}

const graceMs = 3000
const pauseMs = 200
const keptLines = 50

/** Runs a command that makes requests of its own, again and again until it is stopped. */
export function startTrafficCommand(options: TrafficCommand): RunningTraffic {
  const over = new AbortController()
  const orphanage = createOrphanage()
  const said: string[] = []
  let child: Child | undefined
  const say = (line: string) => {
    said.push(line)
    if (said.length > keptLines) said.shift()
  }
  const running = runAgain()
  return {
    said: () => said,
    stop: async () => {
      over.abort()
      await child?.stop(graceMs, () => undefined)
      await running
      orphanage.close()
    },
  }

  async function runAgain(): Promise<void> {
    while (!over.signal.aborted) {
      child = startChild({ ...options, orphanage, onLine: say })
      const status = await child.exited
      if (status !== 0 && !over.signal.aborted) say(`(ended with ${status})`)
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
}
