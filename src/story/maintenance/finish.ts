import { messageOf, ReleaseError } from '../../core/errors.js'
import { describeTypes } from '../../core/maintenance.js'
import type { MaintenanceOutcome } from '../../core/outcome.js'
import { forgetMaintenance, readMaintenance, rememberMaintenance } from '../../postgres/maintenance.js'
import type { Session } from '../../postgres/session.js'
import { keepSession } from '../keeping.js'
import { connectTo, targetOf, type World } from '../world.js'
import type { Remembered } from './close.js'
import { openApp, startProcesses } from './open.js'
import type { HerokuApp } from './platform.js'

export interface Finishing {
  readonly session: Session
  readonly ends: AbortSignal
}

/**
 * The migrations are done. By hand the app is opened now; in the release phase it is opened when the new dynos are
 * up, which is after this command. Throws, with the app still closed, when its processes do not come up.
 */
export async function finish(
  world: World,
  heroku: HerokuApp,
  { session, ends }: Finishing,
  { record, startedAt }: { readonly record: Remembered; readonly startedAt?: number },
): Promise<MaintenanceOutcome> {
  const closedMs = () => (startedAt === undefined ? undefined : performance.now() - startedAt)
  if (record.inReleasePhase) return await leaveClosed(world, heroku, { session, ends }, record, closedMs)
  const over = new AbortController()
  // The session holds the release lock meanwhile and has nothing to do.
  const kept = keepSession(session, over.signal)
  let on = record.wasOn
  try {
    const waitMs = world.config.maintenanceWaitMs
    const staysOn = async () => await isWantedOn(session, record)
    on = await openApp(world, heroku, record, { signal: ends, waitMs, staysOn })
  } catch (error) {
    throw notOpened(error, record)
  } finally {
    over.abort()
    await kept
  }
  await forget(world, session)
  const renewed = record.stopped.map(({ type, quantity }) => ({ type, quantity }))
  return { on, ...(on ? { reason: wantedOn } : {}), renewed, closedMs: closedMs() }
}

/** Why an app that a release has done with is in maintenance mode. */
export const wantedOn = 'a person has switched it on'

/** Whether a person wants maintenance mode on, as the ledger has it by now, if it can be asked. */
export async function isWantedOn(session: Session, { wasOn }: Remembered): Promise<boolean> {
  if (session.lost() !== undefined) return wasOn
  return (await readMaintenance(session).catch(() => undefined))?.wasOn ?? wasOn
}

async function leaveClosed(
  world: World,
  heroku: HerokuApp,
  { session, ends }: Finishing,
  record: Remembered,
  closedMs: () => number | undefined,
): Promise<MaintenanceOutcome> {
  // Only after an earlier run by hand that was killed: the old code runs until the platform replaces it.
  await startProcesses(world, heroku, record.stopped, ends)
  if (record.wasOn) {
    await forgetMaintenance(session)
    return { on: true, reason: wantedOn, renewed: [], closedMs: closedMs() }
  }
  const waiting = { ...record, stage: 'opening' as const, stopped: [] }
  await rememberMaintenance(session, waiting)
  return { ...stillClosed(waiting, 'the new dynos boot only now'), closedMs: closedMs() }
}

/** The outcome of a release that leaves opening the app to a later command. */
export const stillClosed = ({ app }: Pick<Remembered, 'app'>, reason: string): MaintenanceOutcome => ({
  on: true,
  reason,
  advice: `release maintenance off --when-live --app ${app}`,
  renewed: [],
  closedMs: undefined,
})

/** Forgets, on a connection of its own where the session is gone: the app is open, whatever becomes of this. */
export async function forget(world: World, session: Session): Promise<void> {
  try {
    if (await forgottenOn(session)) return
    const other = await connectTo({ ...world, signal: AbortSignal.timeout(10_000) }, targetOf(world))
    try {
      await forgetMaintenance(other)
    } finally {
      await other.end()
    }
  } catch (error) {
    world.log.warn(
      'maintain',
      `the ledger could not be told that the app is open: ${messageOf(error)} The next release sees to it.`,
    )
  }
}

async function forgottenOn(session: Session): Promise<boolean> {
  if (session.lost() !== undefined) return false
  try {
    await forgetMaintenance(session)
    return true
  } catch (error) {
    if (session.lost() === undefined) throw error
    return false
  }
}

function notOpened(error: unknown, { app, stopped }: Remembered): unknown {
  if (!(error instanceof ReleaseError)) return error
  const { code, exitCode, message, detail, sqlstate } = error
  return new ReleaseError(code, exitCode, message, {
    detail,
    state: `What was pending is applied and recorded; ${app} is still in maintenance mode, and its processes (${describeTypes(stopped)}) are started or to be started.`,
    todo: [...error.todo, `When they can come up: release maintenance off --app ${app}`],
    sqlstate,
    cause: error,
  })
}
