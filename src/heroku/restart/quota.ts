import { isQuotaNear, refillMs } from '../../core/api-quota.js'
import type { DynoWatch } from './dyno-watch.js'
import type { Platform } from '../platform.js'
import type { RestartOptions } from './report.js'

/** Left for others: a deploy must not fail because of a restart. */
const reserve = 100
/** What the looks at one batch come to, with some to spare. */
const looksOfABatch = 10
const longestPauseMs = 60_000

/**
 * Makes a function that waits before a batch until its requests are there, a minute at a time, because what is left
 * of the quota is learned from answers only. Gives up waiting with the whole restart's deadline.
 */
export function createQuotaGuard(
  platform: Platform,
  watch: DynoWatch,
  onEvent: RestartOptions['onEvent'],
): (batchLength: number) => Promise<void> {
  let isTold = false
  return async (batchLength) => {
    const wanted = batchLength + looksOfABatch + reserve
    for (;;) {
      const requestsLeft = platform.rateLimitRemaining
      if (requestsLeft === undefined) return
      // A little more than is needed, since each look that finds too few takes one away.
      const enough = requestsLeft < wanted ? wanted + looksOfABatch : wanted
      const pauseMs = Math.min(refillMs(requestsLeft, enough), longestPauseMs, watch.leftMs())
      if (pauseMs > 0 || (isQuotaNear(requestsLeft) && !isTold)) {
        onEvent({ kind: 'quota', requestsLeft, pauseMs })
        isTold = true
      }
      if (pauseMs === 0) return
      await watch.wait(pauseMs)
      await watch.look()
    }
  }
}
