import { unavailableError } from '../core/errors.js'
import type { Holder } from '../core/holder.js'
import { endHolder, readHolders } from '../postgres/lock.js'
import { lookAtDatabase } from './session.js'
import type { World } from './world.js'

/**
 * Shows who holds the release lock to `confirm` and, when it agrees, ends those sessions; their open
 * transactions roll back. Returns who held it and whether they were ended. Throws 69 when one would not end.
 */
export async function unlock(
  world: World,
  confirm: (holders: readonly Holder[]) => Promise<boolean>,
): Promise<{ readonly holders: readonly Holder[]; readonly ended: boolean }> {
  return await lookAtDatabase(world, async (session) => {
    const holders = await readHolders(session, world.config.lockValue)
    if (holders.length === 0 || !(await confirm(holders))) return { holders, ended: false }
    for (const { pid } of holders) {
      if (await endHolder(session, pid)) continue
      throw unavailableError('holder-stays', `The session ${pid} was told to end and is still there.`, {
        todo: [`Look at it: heroku pg:ps. As a last resort: heroku pg:killall`],
      })
    }
    return { holders, ended: true }
  })
}
