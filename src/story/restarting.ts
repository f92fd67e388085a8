import { formatDuration } from '../core/duration.js'
import { messageOf, ReleaseError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import type { Hooks } from '../core/hooks.js'
import type { RestartOutcome } from '../core/outcome.js'
import { decideRestart, type RestartDecision } from '../core/restart-decision.js'
import type { Platform } from '../heroku/platform.js'
import type { RestartOptions, RestartReport } from '../heroku/restart/report.js'
import { tellRestart } from './restart-log.js'
import type { World } from './world.js'

/** Whether this run restarts when it has applied so many migrations. */
export function restartDecision({ config, surroundings }: World, appliedCount: number): RestartDecision {
  return decideRestart({
    policy: config.restart,
    policySource: config.sources.restart,
    inReleasePhase: surroundings.inReleasePhase,
    appliedCount,
    app: config.app,
    hasToken: config.token !== undefined,
  })
}

/**
 * Asks the platform for the app before anything is applied, where a restart will follow: a wrong token or a
 * misspelt app (78) is better found now. A platform that is away does not hold up the migration.
 */
export async function checkRestart(world: World, pendingCount: number): Promise<void> {
  const decision = restartDecision(world, pendingCount)
  if (!decision.restart) return
  const platform = await platformOf(world)
  const { readApp } = await import('../heroku/apps.js')
  try {
    await readApp(platform, decision.app, { patienceMs: 5000 })
  } catch (error) {
    if (error instanceof ReleaseError && error.exitCode === exitCodes.configuration) throw error
    world.signal.throwIfAborted()
    world.log.warn('restart', `${messageOf(error)} It will be asked again after the migrations.`)
  }
}

/** Restarts after a migration where that is right, and says in one line why it is not elsewhere. */
export async function restartAfter(
  world: World,
  appliedCount: number,
  hooks: Hooks,
): Promise<RestartOutcome> {
  const decision = restartDecision(world, appliedCount)
  if (decision.restart) {
    await hooks.before('restart')
    const report = await restartApp(world, decision.app).catch((error: unknown) => {
      throw afterMigrations(error, decision.app, whatIsDone(world, appliedCount))
    })
    const dynos = report.restarted.map(({ dyno }) => dyno)
    await hooks.after('restart', { restarted: dynos })
    return { restarted: true, dynos, batches: report.batches, durationMs: report.durationMs }
  }
  const { reason, advice } = decision
  return { restarted: false, reason, ...(advice === undefined ? {} : { advice }) }
}

/** What failed is the restart alone; a person must not think that the migrations did. */
function afterMigrations(error: unknown, app: string, done: string): unknown {
  if (!(error instanceof ReleaseError)) return error
  const { code, exitCode, message, detail, sqlstate } = error
  // An error that knows how far the restart came names the command that goes on.
  const knows = error.todo.some((line) => line.includes('release restart'))
  return new ReleaseError(code, exitCode, message, {
    detail,
    state: `${done}; only the restart is left to do.`,
    todo: [...(knows ? [] : [`Restart when that is mended: release restart --app ${app}`]), ...error.todo],
    sqlstate,
    cause: error,
  })
}

function whatIsDone({ config }: World, appliedCount: number): string {
  if (appliedCount === 0) return 'Nothing was pending'
  return config.migrateCommand === undefined
    ? `What was pending is applied and recorded (${appliedCount})`
    : 'migrate.command succeeded'
}

async function platformOf({ config, log, signal }: World): Promise<Platform> {
  const { createPlatform } = await import('../heroku/client.js')
  return createPlatform({
    token: config.token ?? '',
    apiUrl: config.apiUrl,
    signal,
    onNotice: ({ verb, path, reason, pauseMs }) =>
      log.warn('restart', `${verb} ${path}: ${reason} Again in ${formatDuration(pauseMs)}.`),
  })
}

/** Which dynos a person wants restarted; all of the formation where nothing is said. */
export type RestartWish = Pick<RestartOptions, 'types' | 'dynos' | 'olderThan' | 'stuckSince'>

/** The rolling restart, told line by line. */
export async function restartApp(world: World, app: string, wish: RestartWish = {}): Promise<RestartReport> {
  const { config, log, signal } = world
  const { restartDynos } = await import('../heroku/restart/restart.js')
  const platform = await platformOf(world)
  const { healthPath: path, healthStatus: status, healthBody: body } = config
  return await restartDynos(platform, {
    ...wish,
    app,
    signal,
    batch: config.restartBatch,
    health: path === undefined ? undefined : { path, status, body },
    perDynoDeadlineMs: config.restartTimeoutMs,
    settleMs: config.restartSettleMs,
    // Looking more often than a dyno has to settle would find nothing new.
    pollMs: Math.min(2000, Math.max(250, config.restartSettleMs / 2)),
    onEvent: (event) => tellRestart(log, event),
  })
}
