import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../core/duration.js'
import { failedError, tryAgainError } from '../../core/errors.js'
import { describeCloser, type MaintenanceRecord } from '../../core/maintenance.js'
import { isUnknown, troubleOf, type Known } from '../../core/status.js'
import { switchMaintenance } from '../../heroku/maintenance/orders.js'
import { forgetMaintenance, keepMaintenanceOn, readMaintenance } from '../../postgres/maintenance.js'
import { open } from '../../postgres/opening.js'
import { holdLock } from '../locking.js'
import { withDatabase } from '../session.js'
import { appOf, historyTable, type World } from '../world.js'
import { createLivenessReader } from './live.js'
import { openApp } from './open.js'
import { findApp, refuseUnclosable, type HerokuApp } from './platform.js'
import { readRemembering, withLedger, type Remembering } from './state.js'

/** What a switch came to. */
export interface Switched {
  readonly app: string
  readonly on: boolean
  /** It was so before. */
  readonly unchanged: boolean
  /** Sentences besides that. */
  readonly notes: readonly string[]
}

/** Switches maintenance mode on, for a person: a release that has it on already will leave it on. */
export async function switchOn(world: World): Promise<Switched> {
  const { platform, app } = await findApp(world)
  refuseUnclosable(app)
  if (!app.maintenance) await switchMaintenance(platform, app.name, true, { signal: world.signal })
  const known = await rememberOf(world)
  const notes: string[] = []
  if (isUnknown(known)) notes.push(`Whether a release is at work is not known: ${known.error.message}`)
  else if (known.record?.appId === app.id) {
    await withLedger(world, keepMaintenanceOn)
    notes.push(`${capital(describeCloser(known.record))} leaves it on.`)
  }
  return { app: app.name, on: true, unchanged: app.maintenance, notes }
}

/** Switches it off, and first starts what a release has stopped; a release that is at work is waited for. */
export async function switchOff(world: World): Promise<Switched> {
  const heroku = await findApp(world)
  const known = await rememberOf(world)
  if (!isUnknown(known) && known.record?.appId === heroku.app.id) {
    return await openUnderLock(world, heroku, true)
  }
  const unknown = isUnknown(known)
    ? [`Whether a release has stopped processes is not known: ${known.error.message}`]
    : []
  return await justOff(world, heroku, unknown)
}

/**
 * Opens what a release has closed, and nothing else; what a release phase has closed, once its dynos are live.
 * Throws 75 when they are not in time, and 1 when the release has failed.
 */
export async function switchOffWhenLive(world: World): Promise<Switched> {
  const heroku = await findApp(world)
  const { app } = heroku
  const { record } = await readRemembering(world)
  if (record === null || record.appId !== app.id) return leftAlone(heroku)
  if (record.inReleasePhase) await waitUntilLive(world, heroku, record)
  return await openUnderLock(world, heroku, false)
}

const leftAlone = ({ app }: HerokuApp): Switched => ({
  app: app.name,
  on: app.maintenance,
  unchanged: true,
  notes: app.maintenance ? ['A person has switched it on, so it is left to them.'] : [],
})

const rememberOf = async (world: World): Promise<Known<Remembering>> =>
  await readRemembering(world).catch((error: unknown) => {
    world.signal.throwIfAborted()
    return { error: troubleOf(error) }
  })

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

async function justOff(
  world: World,
  { platform, app }: HerokuApp,
  notes: readonly string[],
): Promise<Switched> {
  if (app.maintenance) await switchMaintenance(platform, app.name, false, { signal: world.signal })
  return { app: app.name, on: false, unchanged: !app.maintenance, notes }
}

/** `insists`: a person says so, whoever had switched it on. */
async function openUnderLock(world: World, heroku: HerokuApp, insists: boolean): Promise<Switched> {
  return await withDatabase(world, async (session, ends) => {
    await open(session, { history: historyTable(world), fingerprint: undefined, app: appOf(world) })
    await holdLock(world, session, ends)
    const record = await readMaintenance(session)
    // The release that was waited for has opened the app, or it left maintenance mode on for who wants it on.
    if (record === undefined) {
      const now = await findApp(world, ends)
      return insists ? await justOff(world, now, []) : leftAlone(now)
    }
    const waitMs = world.config.maintenanceWaitMs
    const staysOn = async () => !insists && record.wasOn
    const on = await openApp(world, heroku, record, { signal: ends, waitMs, staysOn })
    await forgetMaintenance(session)
    return { app: heroku.app.name, on, unchanged: on, notes: on ? leftAlone(heroku).notes : [] }
  })
}

const pollMs = 5000

async function waitUntilLive(world: World, heroku: HerokuApp, record: MaintenanceRecord): Promise<void> {
  const { config, log, signal } = world
  const look = createLivenessReader(heroku, record.releaseVersion)
  const endMs = performance.now() + config.maintenanceWaitMs
  let liveSinceMs: number | undefined
  let told = ''
  for (;;) {
    const liveness = await look()
    if (!liveness.live) {
      if (liveness.hopeless) throw releaseFailed(record, liveness.reason)
      if (liveness.reason !== told) log.info('maintain', `waiting: ${liveness.reason}`)
      told = liveness.reason
    }
    liveSinceMs = liveness.live ? (liveSinceMs ?? performance.now()) : undefined
    const settlesInMs =
      liveSinceMs === undefined ? Infinity : liveSinceMs + config.restartSettleMs - performance.now()
    if (settlesInMs <= 0) return
    if (performance.now() >= endMs) throw notLive(record, told, config.maintenanceWaitMs)
    const waitMs = Math.min(
      settlesInMs,
      pollMs,
      Math.max(250, config.restartSettleMs),
      endMs - performance.now(),
    )
    await sleep(Math.max(0, waitMs), undefined, { signal })
  }
}

const releaseFailed = ({ app }: MaintenanceRecord, reason: string) =>
  failedError('release-failed', `The release that has closed ${app} will not be live: ${reason}.`, {
    state: `${app} is still in maintenance mode.`,
    todo: [
      'Its migrations may be applied; release status shows which. Mend what failed and release again.',
      `To open it with the code that is current: release maintenance off --app ${app}`,
    ],
  })

const notLive = ({ app }: MaintenanceRecord, reason: string, waitedMs: number) =>
  tryAgainError(
    'not-live',
    `The new dynos of ${app} are not live after ${formatDuration(waitedMs)}: ${reason}.`,
    {
      state: `${app} is still in maintenance mode.`,
      todo: [
        `See what they do: heroku ps --app ${app}. Then again: release maintenance off --when-live --app ${app}`,
        `To open it at once: release maintenance off --app ${app}`,
      ],
    },
  )
