import { configurationError } from '../core/errors.js'
import type { Dyno, ProcessType } from '../core/restart.js'
import type { PlatformStatus, ReleaseStatus } from '../core/status.js'
import type { App } from '../heroku/apps.js'
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
// https://devcenter.heroku.com/articles/preboot
const prebootMs = 3 * 60_000
/** What seldom changes is asked again only after so long, by those who look again and again. */
const keepMs = 60_000

/**
 * Makes a function that asks the Platform API, which rejects with a ReleaseError where it cannot be asked. It only
 * reads: five or six requests the first time, then two, and all of them again each minute.
 */
export function createPlatformReader({ config, signal }: World): () => Promise<PlatformFacts> {
  let platform: Platform | undefined
  let lasting: (Lasting & { readonly readAtMs: number }) | undefined
  const commits = new Map<string, string | undefined>()
  return async () => {
    const { token, app } = config
    if (token === undefined) throw withoutToken()
    if (app === undefined) throw withoutApp()
    if (platform === undefined) {
      const { createPlatform } = await import('../heroku/client.js')
      platform = createPlatform({ token, apiUrl: config.apiUrl, patienceMs, signal })
    }
    const known = lasting !== undefined && performance.now() - lasting.readAtMs < keepMs ? lasting : undefined
    const [passing, now] = await Promise.all([
      readPassing(platform, app),
      known ?? readLasting(platform, app),
    ])
    lasting = known ?? { ...now, readAtMs: performance.now() }
    const slugId = passing.current?.slugId
    if (slugId !== undefined && !commits.has(slugId)) {
      commits.set(slugId, await commitOf(platform, app, slugId))
    }
    return factsOf(now, passing, slugId && commits.get(slugId), platform.rateLimitRemaining)
  }
}

const withoutToken = () =>
  configurationError('token-missing', 'Nothing was asked of Heroku: no API token is set.', {
    todo: ['HEROKU_API_KEY=$(heroku auth:token) release status --app NAME shows releases and dynos too.'],
  })

const withoutApp = () =>
  configurationError('app-missing', 'Nothing was asked of Heroku: which app it is, is not known.', {
    todo: ['Name it: release status --app NAME, or set HEROKU_APP_NAME.'],
  })

interface Lasting {
  readonly app: App
  readonly preboot: boolean
  readonly formation: readonly ProcessType[]
}

async function readLasting(platform: Platform, name: string): Promise<Lasting> {
  const { hasPreboot, readApp } = await import('../heroku/apps.js')
  const { listFormation } = await import('../heroku/formation.js')
  const [app, preboot, formation] = await Promise.all([
    readApp(platform, name),
    hasPreboot(platform, name),
    listFormation(platform, name),
  ])
  return { app, preboot, formation }
}

interface Passing {
  readonly dynos: readonly Dyno[]
  readonly newest: readonly Release[]
  readonly current: Release | undefined
}

async function readPassing(platform: Platform, name: string): Promise<Passing> {
  const { listDynos } = await import('../heroku/dynos.js')
  const { currentRelease, latestReleases } = await import('../heroku/releases.js')
  const [dynos, newest] = await Promise.all([
    listDynos(platform, name),
    latestReleases(platform, name, releasesRead),
  ])
  const listed = newest.find((release) => release.current)
  const isAll = newest.length < releasesRead
  const current = listed ?? (isAll ? undefined : await currentRelease(platform, name))
  return { dynos, newest, current }
}

function factsOf(
  { app, preboot, formation }: Lasting,
  { dynos, newest, current }: Passing,
  commit: string | undefined,
  requestsLeft: number | undefined,
): PlatformFacts {
  return {
    dynos,
    platform: {
      app: app.name,
      generation: app.generation,
      maintenance: app.maintenance,
      preboot,
      prebootUntil: preboot ? endOfPreboot(dynos) : undefined,
      current: current && { ...statusOf(current), commit },
      newer: newest.filter(({ version }) => version > (current?.version ?? 0)).map(statusOf),
      formation: formation.filter(({ quantity }) => quantity > 0),
      requestsLeft,
    },
  }
}

/** Counted from the start of the newest web dyno; a first one took nobody's place, but that does not show. */
function endOfPreboot(dynos: readonly Dyno[]): Date | undefined {
  const starts = dynos.filter(({ type }) => type === 'web').map(({ createdAt }) => Date.parse(createdAt))
  const end = Math.max(...starts) + prebootMs
  return end > Date.now() ? new Date(end) : undefined
}

const statusOf = ({ version, status, description, user, createdAt }: Release): ReleaseStatus => ({
  version,
  status,
  description,
  by: user,
  createdAt: new Date(createdAt),
})

async function commitOf(platform: Platform, app: string, slugId: string): Promise<string | undefined> {
  const { readSlug } = await import('../heroku/slugs.js')
  // The commit is an ornament: the rest is worth showing without it.
  const slug = await readSlug(platform, app, slugId, { patienceMs: 3000 }).catch(() => undefined)
  return slug?.commit
}
