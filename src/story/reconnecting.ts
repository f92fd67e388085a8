import { setTimeout as sleep } from 'node:timers/promises'
import { ReleaseError } from '../core/errors.js'
import { pauseMs } from '../core/retry.js'
import type { World } from './world.js'

const mostConnections = 4

/**
 * Does the work again on a new connection when the network took the old one away: the history says what was
 * applied, so going on is safe. A session that somebody ended (57P01: pg_terminate_backend, `release unlock`,
 * a shutdown) stays ended. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export async function acrossLostConnections<Result>(
  { log, signal }: World,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let connection = 1; ; connection++) {
    try {
      return await work()
    } catch (error) {
      if (connection === mostConnections || signal.aborted || !isLost(error)) throw error
      log.warn('connect', `${error.message} Connecting again; the history says what was applied.`)
      await sleep(pauseMs(connection, 500, 4000), undefined, { signal }).catch(() => undefined)
    }
  }
}

const isLost = (error: unknown): error is ReleaseError =>
  error instanceof ReleaseError && error.code === 'connection-lost' && error.sqlstate === undefined
