import { judgeLiveness, type Liveness } from '../../core/liveness.js'
import type { MaintenanceRecord } from '../../core/maintenance.js'
import { hasPreboot } from '../../heroku/apps.js'
import { listDynos } from '../../heroku/dynos.js'
import { listFormation } from '../../heroku/formation.js'
import { latestReleases } from '../../heroku/releases.js'
import { forgetMaintenance } from '../../postgres/maintenance.js'
import type { Session } from '../../postgres/session.js'
import type { World } from '../world.js'
import { openApp } from './open.js'
import type { HerokuApp } from './platform.js'

// Several releases may have failed or be pending since the one that counts.
const releasesRead = 50

/** Makes a function that looks whether a release is live: four requests the first time, then three. */
export function createLivenessReader(
  { platform, app }: HerokuApp,
  version: number | null,
): () => Promise<Liveness> {
  let preboot: boolean | undefined
  return async () => {
    preboot ??= await hasPreboot(platform, app.name)
    const [releases, formation, dynos] = await Promise.all([
      latestReleases(platform, app.name, releasesRead),
      listFormation(platform, app.name),
      listDynos(platform, app.name),
    ])
    return judgeLiveness({ releases, formation, dynos, preboot, version, now: new Date() })
  }
}

/** Opens what a release phase has closed, if its dynos are up; else says why it stays closed. */
export async function openIfLive(
  world: World,
  heroku: HerokuApp,
  session: Session,
  found: MaintenanceRecord,
  signal: AbortSignal,
): Promise<string | undefined> {
  const liveness = await createLivenessReader(heroku, found.releaseVersion)()
  if (!liveness.live) return liveness.reason
  const waitMs = world.config.maintenanceWaitMs
  await openApp(world, heroku, found, { signal, waitMs, staysOn: async () => found.wasOn })
  await forgetMaintenance(session)
  return undefined
}
