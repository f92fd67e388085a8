import { formatDuration } from '../core/duration.js'
import { tryAgainError } from '../core/errors.js'
import { describeHolder, type Holder } from '../core/holder.js'
import { readHolders, takeLock, tryLock } from '../postgres/lock.js'
import type { Session } from '../postgres/session.js'
import { boundedBy } from './deadline.js'
import type { World } from './world.js'

/** Takes the release lock, telling whom it waits for. Returns the wait in ms; throws 75 when it was too long. */
export async function holdLock(world: World, session: Session, signal: AbortSignal): Promise<number> {
  const { config, log } = world
  const key = config.lockValue
  const { waitMs, shown, setting } = boundedBy(world, config.lockWaitMs, 'RELEASE_LOCK_WAIT')
  const waitedMs = await takeLock(session, {
    key,
    waitMs,
    signal,
    onWait: (holders, soFarMs) =>
      log.info(
        'lock',
        `waiting (${formatDuration(soFarMs)} of at most ${shown}) for ${describeAll(holders)}`,
        { holders },
      ),
  })
  if (waitedMs === undefined) {
    throw tryAgainError(
      'lock-held',
      `The release lock was held for all of the ${formatDuration(waitMs)} that this release waited.`,
      {
        detail: [`held by ${describeAll(await readHolders(session, key))}`],
        todo: [`Release again when that one is done, wait longer (${setting}), or end it: release unlock`],
      },
    )
  }
  log.info('lock', waitedMs < 50 ? 'taken' : `taken after ${formatDuration(waitedMs)}`, { waitedMs })
  return waitedMs
}

/**
 * Takes the lock once more on the session that should hold it, which only counts; after a migration that let go of
 * it (pg_advisory_unlock_all, DISCARD ALL), this takes it back. Throws 75 where another release was faster.
 */
export async function keepLock({ config }: World, session: Session): Promise<void> {
  if (await tryLock(session, config.lockValue)) return
  throw tryAgainError(
    'lock-taken',
    'The migration let go of the release lock (pg_advisory_unlock, DISCARD), and another release took it.',
    {
      detail: [`held by ${describeAll(await readHolders(session, config.lockValue))}`],
      todo: ['Take that statement out of the migration and release again.'],
    },
  )
}

/** Whether nobody holds the release lock now. */
export async function isLockFree(world: World, session: Session): Promise<boolean> {
  const holders = await readHolders(session, world.config.lockValue)
  if (holders.length === 0) return true
  world.log.info('lock', `not needed, nothing is pending; held by ${describeAll(holders)}`, { holders })
  return false
}

const describeAll = (holders: readonly Holder[]) =>
  holders.length === 0 ? 'a session that ended just now' : holders.map(describeHolder).join('; ')
