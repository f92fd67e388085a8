import { formatDuration } from '../core/duration.js'
import { leftUntilDeadline } from './deadline.js'
import type { World } from './world.js'

// What took nearly all of the time that is left now is not likely to be faster.
const likely = 0.9

/**
 * Says of a migration, before it begins, that an earlier run was stopped in it after about as long as is left until
 * the deadline: people would rather know now than then. It begins all the same, since it may have been waiting.
 */
export function tellChances(world: World, name: string, stoppedAfterMs: number | undefined): void {
  const leftMs = leftUntilDeadline(world)
  if (stoppedAfterMs === undefined || stoppedAfterMs < likely * leftMs) return
  world.log.warn(
    'apply',
    `${name}: an earlier run was stopped in it after ${formatDuration(stoppedAfterMs)}, and the deadline leaves it ${formatDuration(leftMs)}; it will probably be stopped again. By hand it may take longer: release migrate --deadline 3h`,
    { name, stoppedAfterMs, leftMs },
  )
}
