import type { RestartReport } from '../heroku/restart/report.js'
import { restartApp, type RestartWish } from './restarting.js'
import { readStuckSince } from './stuck.js'
import type { World } from './world.js'

/** A restart that a person asked for: `stuck` are the dynos that are older than the last migration. */
export async function restartWished(
  world: World,
  app: string,
  wish: Omit<RestartWish, 'stuckSince'> & { readonly stuck?: boolean | undefined },
): Promise<RestartReport> {
  const { stuck = false, ...rest } = wish
  if (!stuck) return await restartApp(world, app, rest)
  // Where nothing was ever migrated, no dyno is older than that.
  const stuckSince = (await readStuckSince(world)) ?? new Date(0)
  return await restartApp(world, app, { ...rest, stuckSince })
}
