import { messageOf } from '../../core/errors.js'
import { migrationFacts } from '../../core/hooks.js'
import { describeCloser } from '../../core/maintenance.js'
import type { MaintenanceOutcome } from '../../core/outcome.js'
import { readApp } from '../../heroku/apps.js'
import { setStage } from '../../postgres/maintenance.js'
import type { World } from '../world.js'
import type { Behind, Work } from './closing.js'
import { closeApp, ownVersion, type Remembered } from './close.js'
import { afterFailure } from './failed.js'
import { finish, stillClosed, wantedOn } from './finish.js'
import { openIfLive } from './live.js'
import { findApp, refuseUnclosable, type HerokuApp } from './platform.js'

/**
 * A release that closes the app, or that an earlier release has left closed. What was left is opened first, where
 * that is possible; where it is not, the release goes on behind it.
 */
export async function releaseBehind(
  world: World,
  behind: Behind,
  work: Work,
): Promise<MaintenanceOutcome | undefined> {
  const { wanted, pendingCount } = behind
  const heroku = await lookFor(world, behind)
  if (heroku === undefined) {
    await work()
    return undefined
  }
  if (wanted) refuseUnclosable(heroku.app)
  const left = await whatIsLeft(world, heroku, behind)
  if (left.found === undefined && !wanted) {
    await work()
    return left.opened ? { on: false, renewed: [], closedMs: undefined } : undefined
  }
  const { found } = left
  if (found !== undefined && pendingCount === 0) {
    await work()
    return await finishEarlier(world, heroku, { ...behind, found }, left.reason)
  }
  // A release phase has closed it, and its dynos are not up: it is theirs to open it, not this run's by hand.
  if (found?.inReleasePhase === true && !world.surroundings.inReleasePhase && !wanted) {
    await work()
    return stillClosed(found, left.reason)
  }
  return await closeAndWork(world, left.opened ? await reread(heroku) : heroku, { ...behind, found }, work)
}

/** Undefined where the platform cannot be asked and the settings do not insist. */
async function lookFor(world: World, { wanted, ends }: Behind): Promise<HerokuApp | undefined> {
  try {
    return await findApp(world, ends)
  } catch (error) {
    if (wanted || ends.aborted) throw error
    world.log.warn(
      'maintain',
      `an earlier release has left the app closed, and it stays so: ${messageOf(error)}`,
    )
    return undefined
  }
}

interface Left {
  readonly found: Behind['found']
  readonly opened: boolean
  /** Why it is not opened. */
  readonly reason: string
}

async function whatIsLeft(world: World, heroku: HerokuApp, { found, session, ends }: Behind): Promise<Left> {
  const nothing = { found: undefined, opened: false, reason: '' }
  if (found === undefined) return nothing
  if (found.appId !== heroku.app.id) {
    world.log.warn(
      'maintain',
      `the ledger says that ${found.app} is closed, which is another app; left alone`,
    )
    return nothing
  }
  world.log.info('maintain', `${found.app} was closed by ${describeCloser(found)}`)
  if (!found.inReleasePhase) return { found, opened: false, reason: '' }
  try {
    const reason = await openIfLive(world, heroku, session, found, ends)
    return reason === undefined ? { ...nothing, opened: true } : { found, opened: false, reason }
  } catch (error) {
    ends.throwIfAborted()
    return { found, opened: false, reason: messageOf(error) }
  }
}

const reread = async ({ platform, app }: HerokuApp): Promise<HerokuApp> => ({
  platform,
  app: await readApp(platform, app.name),
})

/** Nothing is pending: what is left to do is to open the app. A release phase does not fail for that. */
async function finishEarlier(
  world: World,
  heroku: HerokuApp,
  behind: Behind & { readonly found: NonNullable<Behind['found']> },
  reason: string,
): Promise<MaintenanceOutcome> {
  const { found, ends } = behind
  if (found.inReleasePhase) return stillClosed(found, reason)
  if (!world.surroundings.inReleasePhase) return await finish(world, heroku, behind, { record: found })
  try {
    const record = { ...found, inReleasePhase: true, releaseVersion: await ownVersion(world, heroku) }
    return await finish(world, heroku, behind, { record })
  } catch (error) {
    ends.throwIfAborted()
    return stillClosed(found, messageOf(error))
  }
}

async function closeAndWork(
  world: World,
  heroku: HerokuApp,
  behind: Behind,
  work: Work,
): Promise<MaintenanceOutcome> {
  const { session, ends, hooks, found } = behind
  if (world.surroundings.inReleasePhase && heroku.app.maintenance && found === undefined) {
    world.log.info('maintain', 'maintenance mode is on already; who switched it on will switch it off')
    await work()
    return { on: true, reason: wantedOn, renewed: [], closedMs: undefined }
  }
  await hooks.before('maintenance')
  const startedAt = performance.now()
  let record: Remembered | undefined
  try {
    await closeApp(world, heroku, {
      session,
      signal: ends,
      found,
      onRemembered: (remembered) => {
        record = remembered
      },
    })
    const applied = await work()
    await setStage(session, 'opening')
    await hooks.after('apply', migrationFacts('applied', applied))
  } catch (error) {
    throw record === undefined ? error : await afterFailure(world, error, { ...behind, record })
  }
  if (record === undefined) throw new Error('the app was closed, and nothing was remembered')
  const outcome = await finish(world, heroku, behind, { record, startedAt })
  await hooks.after('maintenance', { maintenance: outcome.on ? 'on' : 'off' })
  return outcome
}
