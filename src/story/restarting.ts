import { formatDuration } from '../core/duration.js'
import type { RestartOutcome } from '../core/outcome.js'
import { decideRestart } from '../core/restart-decision.js'
import type { RestartEvent, RestartReport } from '../heroku/restart-report.js'
import type { World } from './world.js'

/** Restarts after a migration where that is right, and says in one line why it is not elsewhere. */
export async function restartAfter(world: World, appliedCount: number): Promise<RestartOutcome> {
  const { config, surroundings } = world
  const decision = decideRestart({
    policy: config.restart,
    inReleasePhase: surroundings.inReleasePhase,
    appliedCount,
    app: config.app,
    hasToken: config.token !== undefined,
  })
  if (decision.restart) {
    const report = await restartApp(world, decision.app)
    return {
      restarted: true,
      dynos: report.restarted.map(({ dyno }) => dyno),
      durationMs: report.durationMs,
    }
  }
  const { reason, advice } = decision
  return { restarted: false, reason, ...(advice === undefined ? {} : { advice }) }
}

/** The rolling restart, told line by line. */
export async function restartApp(
  world: World,
  app: string,
  types?: readonly string[],
): Promise<RestartReport> {
  const { config, log, signal } = world
  const { createPlatform } = await import('../heroku/client.js')
  const { restartDynos } = await import('../heroku/restart.js')
  const platform = createPlatform({
    token: config.token ?? '',
    apiUrl: config.apiUrl,
    signal,
    onNotice: ({ verb, path, reason, pauseMs }) =>
      log.warn('restart', `${verb} ${path}: ${reason} Again in ${formatDuration(pauseMs)}.`),
  })
  return await restartDynos(platform, {
    app,
    types,
    signal,
    settleMs: config.restartSettleMs,
    // Looking more often than a dyno has to settle would find nothing new.
    pollMs: Math.min(2000, Math.max(250, config.restartSettleMs / 2)),
    onEvent: (event) => tell(log, event),
  })
}

function tell(log: World['log'], event: RestartEvent): void {
  switch (event.kind) {
    case 'type':
      log.info(
        'restart',
        `${event.type}: ${event.dynos.length} of ${event.quantity} to restart, one at a time`,
        { ...event },
      )
      return
    case 'restarting':
      log.info('restart', `${event.dyno} restarting (${event.position} of ${event.total})`, { ...event })
      return
    case 'up':
      log.info('restart', `${event.successor} up after ${formatDuration(event.tookMs)}`, { ...event })
      return
    case 'crashed':
      log.warn('restart', `${event.dyno} crashed on boot`, { ...event })
      return
    case 'late':
      log.warn('restart', `${event.dyno} is not up after ${formatDuration(event.waitedMs)}`, { ...event })
      return
    case 'skipped':
      log.info('restart', `${event.dyno ?? event.type} left alone: ${event.reason.replaceAll('-', ' ')}`, {
        ...event,
      })
      return
  }
}
