import { hookNames, noHooks, type Hooks } from '../../core/hooks.js'
import type { MigrateOutcome } from '../../core/outcome.js'
import type { Progress } from '../../core/progress.js'
import type { World } from '../world.js'

/**
 * Does the release with its hooks around it, and tells others how it ended. Nothing of that is loaded where the
 * settings ask for none. Rejects with what the release, or a hook with a veto, rejects with.
 */
export async function telling(
  world: World,
  progress: Progress,
  release: (hooks: Hooks) => Promise<MigrateOutcome>,
): Promise<MigrateOutcome> {
  const { config } = world
  const isHooked = hookNames.some((name) => config[`hooks.${name}`] !== undefined)
  if (!isHooked && config.webhookUrl === undefined && config.slackUrl === undefined)
    return await release(noHooks)
  const { releaseTold } = await import('./release-told.js')
  return await releaseTold(world, progress, release)
}
