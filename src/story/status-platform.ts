import { configurationError } from '../core/errors.js'
import type { Dyno } from '../core/restart.js'
import type { PlatformStatus, ReleaseStatus } from '../core/status.js'
import type { Platform } from '../heroku/platform.js'
import type { Release } from '../heroku/releases.js'
import type { World } from './world.js'

/** The platform's side, its dynos not yet judged. */
export interface PlatformFacts {
  readonly platform: Omit<PlatformStatus, 'dynos'>
  readonly dynos: readonly Dyno[]
}

const patienceMs = 15_000
const releasesRead = 10

/** Asks the Platform API; rejects with a ReleaseError where it cannot be asked. Only reads. */
export async function readPlatformFacts({ config, signal }: World): Promise<PlatformFacts> {
  const { token, app } = config
  if (token === undefined) throw withoutToken()
  if (app === undefined) throw withoutApp()
  const { createPlatform } = await import('../heroku/client.js')
  return await ask(createPlatform({ token, apiUrl: config.apiUrl, patienceMs, signal }), app)
}

const withoutToken = () =>
  configurationError('token-missing', 'Nothing was asked of Heroku: no API token is set.', {
    todo: ['HEROKU_API_KEY=$(heroku auth:token) release status --app NAME shows releases and dynos too.'],
  })

const withoutApp = () =>
  configurationError('app-missing', 'Nothing was asked of Heroku: which app it is, is not known.', {
    todo: ['Name it: release status --app NAME, or set HEROKU_APP_NAME.'],
  })

async function ask(platform: Platform, name: string): Promise<PlatformFacts> {
  const { hasPreboot, readApp } = await import('../heroku/apps.js')
  const { listDynos } = await import('../heroku/dynos.js')
  const { listFormation } = await import('../heroku/formation.js')
  const { currentRelease, latestReleases } = await import('../heroku/releases.js')
  const [app, preboot, dynos, formation, newest] = await Promise.all([
    readApp(platform, name),
    hasPreboot(platform, name),
    listDynos(platform, name),
    listFormation(platform, name),
    latestReleases(platform, name, releasesRead),
  ])
  const listed = newest.find((release) => release.current)
  const current = listed ?? (newest.length < releasesRead ? undefined : await currentRelease(platform, name))
  return {
    dynos,
    platform: {
      app: app.name,
      generation: app.generation,
      maintenance: app.maintenance,
      preboot,
      current: current && { ...statusOf(current), commit: await commitOf(platform, name, current) },
      newer: newest.filter(({ version }) => version > (current?.version ?? 0)).map(statusOf),
      formation: formation.filter(({ quantity }) => quantity > 0),
    },
  }
}

const statusOf = ({ version, status, description, user, createdAt }: Release): ReleaseStatus => ({
  version,
  status,
  description,
  by: user,
  createdAt: new Date(createdAt),
})

async function commitOf(platform: Platform, app: string, { slugId }: Release): Promise<string | undefined> {
  if (slugId === undefined) return undefined
  const { slugCommit } = await import('../heroku/slugs.js')
  // The commit is an ornament: the rest is worth showing without it.
  return await slugCommit(platform, app, slugId, { patienceMs: 3000 }).catch(() => undefined)
}
