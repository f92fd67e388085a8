import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../core/duration.js'
import {
  describeTypes,
  typesToStop,
  type MaintenanceRecord,
  type StoppedType,
} from '../../core/maintenance.js'
import { isDown, planRestart } from '../../core/restart.js'
import { listDynos } from '../../heroku/dynos.js'
import { listFormation } from '../../heroku/formation.js'
import { scaleTypes, switchMaintenance } from '../../heroku/maintenance/orders.js'
import { waitUntilStopped } from '../../heroku/maintenance/processes.js'
import { latestReleases } from '../../heroku/releases.js'
import { namesOfOwnSessions, rememberMaintenance, setStage } from '../../postgres/maintenance.js'
import type { Session } from '../../postgres/session.js'
import type { World } from '../world.js'
import { pollMsOf, type HerokuApp } from './platform.js'

const stopDeadlineMs = 90_000
// A dyno that is told to stop has 30 s. https://devcenter.heroku.com/articles/dyno-shutdown-behavior
const sessionsDeadlineMs = 35_000

export interface CloseOptions {
  readonly session: Session
  readonly signal: AbortSignal
  /** What an earlier release has left closed: what it remembers counts, not what it left. */
  readonly found: MaintenanceRecord | undefined
  /** Told as soon as the ledger remembers: from here on there is something to undo. */
  readonly onRemembered: (record: Remembered) => void
}

export type Remembered = Omit<MaintenanceRecord, 'since'>

/** Closes the app: remembers, switches maintenance mode on, drains, and by hand stops every process. */
export async function closeApp(world: World, heroku: HerokuApp, options: CloseOptions): Promise<void> {
  const { log, config } = world
  const { platform, app } = heroku
  const { session, signal } = options
  const record = await recordOf(world, heroku, options)
  await rememberMaintenance(session, record)
  options.onRemembered(record)
  if (app.maintenance) log.info('maintain', 'maintenance mode is on already')
  else {
    await switchMaintenance(platform, app.name, true, { signal })
    log.info(
      'maintain',
      `maintenance mode on; ${formatDuration(config.maintenanceDrainMs)} for requests under way`,
    )
    await sleep(config.maintenanceDrainMs, undefined, { signal })
  }
  if (!record.inReleasePhase) await stopAll(world, heroku, record.stopped, options)
  await setStage(session, 'migrating')
}

async function recordOf(world: World, heroku: HerokuApp, options: CloseOptions): Promise<Remembered> {
  const { app } = heroku
  const { inReleasePhase, dyno, who } = world.surroundings
  const { found } = options
  return {
    appId: app.id,
    app: app.name,
    wasOn: found?.wasOn ?? app.maintenance,
    inReleasePhase,
    // Until the first migration runs, an earlier release that was killed while it migrated is what is to be told of.
    stage: found?.stage === 'migrating' ? 'migrating' : 'closing',
    stopped: inReleasePhase ? (found?.stopped ?? []) : await readTypes(heroku, found),
    releaseVersion: inReleasePhase ? await ownVersion(world, heroku) : null,
    dyno: dyno ?? null,
    who: who ?? null,
  }
}

/** What is running now, and what an earlier release has stopped and nobody has started since. */
async function readTypes(
  { platform, app }: HerokuApp,
  found: MaintenanceRecord | undefined,
): Promise<StoppedType[]> {
  const [formation, dynos] = await Promise.all([
    listFormation(platform, app.name),
    listDynos(platform, app.name),
  ])
  const { groups } = planRestart(dynos, formation)
  const down = new Set(groups.filter((group) => group.dynos.every(isDown)).map(({ type }) => type))
  const running = typesToStop(formation, { down, inPrivateSpace: app.inPrivateSpace })
  const isRunning = ({ type }: StoppedType) => running.some((each) => each.type === type)
  return [...running, ...(found?.stopped ?? []).filter((type) => !isRunning(type))]
}

/** The version of the release whose phase this is: as the dyno says, else the newest, if that is pending; else null. */
export async function ownVersion(
  { surroundings }: World,
  { platform, app }: HerokuApp,
): Promise<number | null> {
  const said = /^v(\d+)$/.exec(surroundings.release ?? '')?.[1]
  if (said !== undefined) return Number(said)
  const [newest] = await latestReleases(platform, app.name, 1)
  return newest?.status === 'pending' ? newest.version : null
}

async function stopAll(
  world: World,
  { platform, app }: HerokuApp,
  stopped: readonly StoppedType[],
  { session, signal }: CloseOptions,
): Promise<void> {
  const { log } = world
  const types = stopped.filter(({ kept }) => !kept)
  const kept = stopped.filter((type) => type.kept)
  if (kept.length > 0)
    log.info('maintain', `${describeTypes(kept)} stays: in a Private Space it carries the router`)
  if (types.length === 0) return
  const zero = types.map(({ type }) => ({ type, quantity: 0 }))
  await scaleTypes(platform, app.name, zero, { signal })
  log.info('maintain', `stopping ${describeTypes(types)}`)
  const waiting = { app: app.name, deadlineMs: stopDeadlineMs, pollMs: pollMsOf(world), signal }
  await waitUntilStopped(platform, types, waiting)
  await tellBystanders(world, platform, app.name)
  await waitForSessions(world, session, signal)
}

async function tellBystanders(
  { log, surroundings }: World,
  platform: HerokuApp['platform'],
  app: string,
): Promise<void> {
  const left = (await listDynos(platform, app)).filter(({ name }) => name !== surroundings.dyno)
  if (left.length === 0) return
  log.warn(
    'maintain',
    `not stopped, since they are no part of the formation: ${left.map(({ name }) => name).join(', ')}`,
  )
}

/** The list of dynos forgets a dyno before its process has ended; the database does not. */
async function waitForSessions({ log }: World, session: Session, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + sessionsDeadlineMs
  for (;;) {
    const names = await namesOfOwnSessions(session)
    if (names.length === 0)
      return log.info('maintain', 'stopped; the database has no session of the app any more')
    if (performance.now() >= endMs) {
      const many = names.length === 1 ? 'a session' : `${names.length} sessions`
      return log.warn(
        'maintain',
        `stopped, but the app's role still has ${many}: ${[...new Set(names)].join(', ')}`,
      )
    }
    await sleep(250, undefined, { signal })
  }
}
