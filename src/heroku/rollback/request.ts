import { performance } from 'node:perf_hooks'
import { ReleaseError, unavailableError } from '../../core/errors.js'
import { isPassing } from '../passing.js'
import { pause } from '../pause.js'
import type { Platform } from '../platform.js'
import { latestReleases, rollBackTo, type Release } from '../releases.js'

export interface RollbackRequest {
  readonly app: string
  readonly target: Pick<Release, 'id' | 'version' | 'slugId'>
  /** The newest version that there was before; what is newer is what the request has made. */
  readonly newestVersion: number
  readonly signal: AbortSignal
  /** The answer was lost, and the list of releases is looked at. */
  readonly onSilence: (reason: string) => void
  /** How long a release may take to appear after an answer that was lost; 15 s. */
  readonly appearWithinMs?: number | undefined
}

/**
 * Asks Heroku once to roll back. Where the answer is lost, the list of releases says whether it was done; the
 * request is never sent again. Rejects with `rollback-unconfirmed` (69) when no release appears, and with the
 * platform's own error when Heroku refuses.
 */
export async function requestRollback(platform: Platform, request: RollbackRequest): Promise<Release> {
  const { app, target, signal } = request
  try {
    return await rollBackTo(platform, app, target.id, { signal })
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'platform-unavailable') throw error
    request.onSilence(error.message)
    const made = await findMade(platform, request)
    if (made !== undefined) return made
    throw unconfirmed(request, error)
  }
}

async function findMade(platform: Platform, request: RollbackRequest): Promise<Release | undefined> {
  const { app, target, newestVersion, signal } = request
  const isMade = ({ version, slugId, description }: Release) =>
    version > newestVersion &&
    slugId === target.slugId &&
    new RegExp(`^Rollback to v${target.version}\\b`, 'i').test(description)
  const endMs = performance.now() + (request.appearWithinMs ?? 15_000)
  for (;;) {
    const made = await latestReleases(platform, app, 10, { signal }).then(
      (releases) => releases.find(isMade),
      (error: unknown) => {
        if (!isPassing(error)) throw error
        return undefined
      },
    )
    if (made !== undefined || performance.now() >= endMs) return made
    await pause(1000, signal)
  }
}

const unconfirmed = ({ app, target }: RollbackRequest, cause: ReleaseError) =>
  unavailableError(
    'rollback-unconfirmed',
    `Whether Heroku rolls ${app} back to v${target.version} is not known: the answer was lost, and no such release has appeared.`,
    {
      detail: [cause.message],
      todo: [
        `Look whether it has appeared meanwhile: heroku releases --app ${app}`,
        `Then run this again; it makes no second one: release rollback v${target.version} --go --app ${app}`,
      ],
      cause,
    },
  )
