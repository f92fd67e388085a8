import { wantsMaintenance } from '../../core/maintenance.js'
import type { MaintenanceOutcome } from '../../core/outcome.js'
import { readMaintenance } from '../../postgres/maintenance.js'
import type { World } from '../world.js'
import type { Closing, Work } from './closing.js'

/**
 * Does the work of a release behind maintenance mode where the settings ask for that, or where an earlier release
 * has left the app closed; else it just does the work, and nothing more is loaded. Rejects with what the work
 * rejects with, which then says whether the app is open again.
 */
export async function behindMaintenance(
  world: World,
  closing: Closing,
  work: Work,
): Promise<MaintenanceOutcome | undefined> {
  const { pendingCount, findings } = closing
  const found = await readMaintenance(closing.session)
  const wanted = wantsMaintenance({ policy: world.config.maintenance, pendingCount, findings })
  if (found === undefined && !wanted) {
    await work()
    return undefined
  }
  const { releaseBehind } = await import('./release-behind.js')
  return await releaseBehind(world, { ...closing, wanted, found }, work)
}
