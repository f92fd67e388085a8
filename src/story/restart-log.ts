import { describeQuota } from '../core/api-quota.js'
import { describeBatch } from '../core/batch.js'
import { formatDuration } from '../core/duration.js'
import type { Log } from '../core/log.js'
import type { RestartEvent } from '../heroku/restart/report.js'

/** Tells a restart, line by line. */
export function tellRestart(log: Log, event: RestartEvent): void {
  const line = lineOf(event)
  if (line === undefined) return
  if (grave.has(event.kind)) log.warn('restart', line, { ...event })
  else log.info('restart', line, { ...event })
}

const grave: ReadonlySet<RestartEvent['kind']> = new Set([
  'crashed',
  'late',
  'pending-release',
  'health-unasked',
  'health-preboot',
  'quota',
  'unconfirmed',
])

function lineOf(event: RestartEvent): string | undefined {
  switch (event.kind) {
    case 'begin':
      // With one batch there is nothing to go on with.
      return event.batches === 1 ? undefined : `if it is cut off, this goes on: ${event.resume}`
    case 'pending-release':
      return `v${event.version} is under way and replaces every dyno when it succeeds; until then dynos boot the code before it`
    case 'type': {
      const newer = event.newer === 0 ? '' : `, ${event.newer} newer already`
      return `${event.type}: ${event.dynos.length} of ${event.quantity} to restart${newer}, ${describeBatch(event.batchSize)}`
    }
    case 'restarting':
      return `${event.dyno} restarting (${event.position} of ${event.total})`
    case 'up':
      return `${event.successor} up after ${formatDuration(event.tookMs)}`
    case 'crashed':
      return `${event.dyno} crashed on boot`
    case 'late':
      return `${event.dyno} is not up after ${formatDuration(event.waitedMs)}`
    case 'healthy':
      return `${event.url} answers as expected, ${event.asks} ${event.asks === 1 ? 'time' : 'times in a row'}`
    case 'health-unasked':
      return 'maintenance mode is on, so the router would answer for the app: its health is not asked'
    case 'health-preboot':
      return 'preboot is on: for about three minutes the old web dynos answer for the new ones'
    case 'quota': {
      const pause = event.pauseMs === 0 ? 'looking less often' : `waiting ${formatDuration(event.pauseMs)}`
      return `${describeQuota(event.requestsLeft)}: ${pause}`
    }
    case 'unconfirmed':
      return `whether ${event.dyno} restarts, the list of dynos will show: ${event.reason}`
    case 'skipped':
      // How many are newer, the line of their process type says.
      if (event.reason === 'newer') return undefined
      return `${event.dyno ?? event.type} left alone: ${event.reason.replaceAll('-', ' ')}`
  }
}
