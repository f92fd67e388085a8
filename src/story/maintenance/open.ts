import { describeTypes, planStart, type StoppedType } from '../../core/maintenance.js'
import type { ProcessType } from '../../core/restart.js'
import { readApp } from '../../heroku/apps.js'
import { listFormation } from '../../heroku/formation.js'
import { scaleTypes, switchMaintenance } from '../../heroku/maintenance/orders.js'
import { waitUntilUp } from '../../heroku/maintenance/processes.js'
import { restartApp } from '../restarting.js'
import type { World } from '../world.js'
import type { Remembered } from './close.js'
import { pollMsOf, type HerokuApp } from './platform.js'

export interface OpenOptions {
  readonly signal: AbortSignal
  /** How long the dynos have to be up. */
  readonly waitMs: number
  /** Whether maintenance mode is to stay on; asked last, since a person may say so meanwhile. */
  readonly staysOn: () => Promise<boolean>
}

/**
 * Brings back what was closed: the processes, each verified, then maintenance mode off, unless a person wants it on.
 * Returns whether it stays on. Safe to be done again. Throws when a dyno does not come up; the app is then still
 * closed.
 */
export async function openApp(
  world: World,
  heroku: HerokuApp,
  record: Remembered,
  options: OpenOptions,
): Promise<boolean> {
  const { log } = world
  const { platform, app } = heroku
  const { signal, waitMs } = options
  const expected = await startProcesses(world, heroku, record.stopped, signal)
  if (expected.length > 0) {
    const waiting = { app: app.name, deadlineMs: waitMs, pollMs: pollMsOf(world), signal }
    await waitUntilUp(platform, expected, { ...waiting, settleMs: world.config.restartSettleMs })
    log.info('maintain', `up again: ${describeTypes(expected)}`)
  }
  if (await options.staysOn()) {
    log.info('maintain', 'maintenance mode stays on: a person has switched it on')
    return true
  }
  if ((await readApp(platform, app.name, { signal })).maintenance) {
    await switchMaintenance(platform, app.name, false, { signal })
    log.info('maintain', 'maintenance mode off')
  }
  return false
}

/** Starts what was stopped, without waiting for it. Returns the types that are then to come up. */
export async function startProcesses(
  world: World,
  { platform, app }: HerokuApp,
  stopped: readonly StoppedType[],
  signal: AbortSignal,
): Promise<readonly ProcessType[]> {
  if (stopped.length === 0) return []
  const { log } = world
  const formation = await listFormation(platform, app.name, { signal })
  const { scale, restart, left } = planStart(stopped, formation)
  for (const { type, quantity } of left) {
    log.warn('maintain', `${type} was ${quantity} and is left as somebody else has scaled it`)
  }
  if (scale.length > 0) {
    await scaleTypes(platform, app.name, scale, { signal })
    log.info('maintain', `starting ${describeTypes(scale)}`)
  }
  if (restart.length > 0) {
    const types = restart.map(({ type }) => type)
    await restartApp({ ...world, signal }, app.name, { types })
  }
  const scaled = new Map(scale.map(({ type, quantity }) => [type, quantity]))
  const down = new Set(stopped.filter(({ wasDown }) => wasDown).map(({ type }) => type))
  return formation
    .filter(({ type }) => !down.has(type) && stopped.some((each) => each.type === type))
    .map(({ type, quantity }) => ({ type, quantity: scaled.get(type) ?? quantity }))
    .filter(({ quantity }) => quantity > 0)
}
