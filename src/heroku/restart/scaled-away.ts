import { hasPlace } from '../../core/restart.js'
import { listFormation } from '../formation.js'
import { isPassing } from '../passing.js'
import type { Platform } from '../platform.js'
import type { DynoWatch } from './dyno-watch.js'
import type { Seat } from './seats.js'

/** A dyno that restarts may be missing in a look or two. */
const looksBeforeAsking = 3

/**
 * Finds the dynos whose places somebody took away by scaling the app down, after their restart was ordered: nothing
 * will come up there. The formation is asked only where a dyno has been missing for a while.
 */
export async function findScaledAway(
  platform: Platform,
  watch: DynoWatch,
  seats: readonly Seat[],
  app: string,
): Promise<readonly Seat[]> {
  const dynos = watch.dynos()
  const ids = new Set(dynos.map(({ id }) => id))
  for (const seat of seats)
    seat.absent = seat.now === undefined && !ids.has(seat.old.id) ? seat.absent + 1 : 0
  const absent = seats.filter((seat) => seat.absent > 0 && seat.absent % looksBeforeAsking === 0)
  if (absent.length === 0) return []
  try {
    const formation = await listFormation(platform, app, watch.callOptions())
    return absent.filter(({ old }) => !hasPlace(old, formation, dynos))
  } catch (error) {
    if (isPassing(error)) return []
    throw error
  }
}
