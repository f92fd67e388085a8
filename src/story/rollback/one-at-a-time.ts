import { formatDuration } from '../../core/duration.js'
import { tryAgainError } from '../../core/errors.js'
import type { RollbackPlan } from '../../core/rollback/plan.js'
import { isUnknown } from '../../core/status.js'
import { takeLock } from '../../postgres/lock.js'
import { withDatabase } from '../session.js'
import type { World } from '../world.js'

/** Not the release lock: that is for the release command of the rollback, which runs meanwhile. */
const key = '6318052271946135'
const waitMs = 60_000

/**
 * Does the work while no other rollback with this database does. Where the database is out of reach it is done all
 * the same, since then somebody may need it most. Throws 75 where another one takes too long.
 */
export async function oneAtATime<Result>(
  world: World,
  plan: RollbackPlan,
  work: () => Promise<Result>,
): Promise<Result> {
  if (isUnknown(plan.applied)) return await work()
  const onWait = () => world.log.info('rollback', 'another rollback is being asked for; waiting for it')
  let isTurn = false
  try {
    return await withDatabase(world, async (session, signal) => {
      const waitedMs = await takeLock(session, { key, waitMs, signal, onWait })
      isTurn = true
      if (waitedMs === undefined) throw tooLong(plan)
      return await work()
    })
  } catch (error) {
    world.signal.throwIfAborted()
    if (isTurn) throw error
    return await work()
  }
}

const tooLong = ({ app }: RollbackPlan) =>
  tryAgainError(
    'release-pending',
    `Another release rollback of ${app} has been asking Heroku for ${formatDuration(waitMs)}.`,
    { todo: [`Look what came of it: heroku releases --app ${app}. Then run this again.`] },
  )
