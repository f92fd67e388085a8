import { isQuotaNear } from '../core/api-quota.js'
import { silentLog } from '../core/log.js'
import { isUnknown, type Status } from '../core/status.js'
import { pause } from '../heroku/pause.js'
import { createStatusReader } from './status.js'
import type { World } from './world.js'

const scarceMs = 30_000

/**
 * Reads the status again and again until the signal aborts, with whose reason it rejects, or until `show` says that
 * nobody looks any more. It is given each status and how long it will be until the next: longer while few API
 * requests are left.
 */
export async function watchStatus(
  world: World,
  intervalMs: number,
  show: (status: Status, pauseMs: number) => boolean,
): Promise<void> {
  // What is out of reach stands in the status; a log would write across it.
  const read = createStatusReader({ ...world, log: silentLog })
  for (;;) {
    const status = await read()
    const pauseMs = isScarce(status) ? Math.max(intervalMs, scarceMs) : intervalMs
    if (!show(status, pauseMs)) return
    await pause(pauseMs, world.signal)
  }
}

const isScarce = ({ platform }: Status): boolean =>
  isUnknown(platform) ? platform.error.code === 'rate-limited' : isQuotaNear(platform.requestsLeft)
