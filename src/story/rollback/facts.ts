import { failedError, messageOf, ReleaseError } from '../../core/errors.js'
import type { RollbackFacts } from '../../core/rollback/plan.js'
import type { PastRelease } from '../../core/rollback/release.js'
import { troubleOf } from '../../core/status.js'
import type { Platform } from '../../heroku/platform.js'
import { currentRelease, latestReleases, readRelease, type Release } from '../../heroku/releases.js'
import { readSlug } from '../../heroku/slugs.js'
import { open } from '../../postgres/opening.js'
import { readRan } from '../../postgres/ran.js'
import { lookOnly } from '../../postgres/status.js'
import type { Asked } from '../asking.js'
import { lookAtDatabase } from '../session.js'
import { appOf, historyTable, type World } from '../world.js'

/** The page that is read of an app's releases, in one request. */
const mostReleases = 1000

/**
 * Finds out what is to be known about a rollback to this version. What the database and the slug say is optional:
 * where they are out of reach, their error stands in their place. Changes nothing.
 */
export async function readRollbackFacts(
  world: World,
  { platform, app }: Asked,
  version: number,
): Promise<RollbackFacts> {
  const [target, releases, applied] = await Promise.all([
    readTarget(platform, app, version),
    latestReleases(platform, app, mostReleases),
    readApplied(world),
  ])
  const current = releases.find((release) => release.current) ?? (await currentRelease(platform, app))
  const releaseCommand = await readCommand(platform, app, target)
  world.signal.throwIfAborted()
  return {
    app,
    at: new Date(),
    target: pastRelease(target),
    current: current && pastRelease(current),
    newer: releases.filter((release) => release.version > version).map(pastRelease),
    releaseCommand,
    applied,
  }
}

/** A release without the address of its output, which is nobody's to print. */
export const pastRelease = (release: Release): PastRelease => ({
  id: release.id,
  version: release.version,
  status: release.status,
  current: release.current,
  description: release.description,
  by: release.user,
  createdAt: new Date(release.createdAt),
  slugId: release.slugId,
  eligible: release.eligibleForRollback,
})

async function readTarget(platform: Platform, app: string, version: number): Promise<Release> {
  try {
    return await readRelease(platform, app, `v${version}`)
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'not-found') throw error
    throw failedError('rollback-refused', `${app} has no release v${version}.`, {
      todo: [`See which it has: heroku releases --app ${app}`],
      cause: error,
    })
  }
}

async function readCommand(
  platform: Platform,
  app: string,
  { slugId }: Release,
): Promise<RollbackFacts['releaseCommand']> {
  if (slugId === undefined) {
    const error = failedError('not-found', 'It has no slug, in which its release command would stand.')
    return { error: troubleOf(error) }
  }
  try {
    const { releaseCommand, commit } = await readSlug(platform, app, slugId)
    return { text: releaseCommand ?? null, commit }
  } catch (error) {
    return { error: troubleOf(error) }
  }
}

async function readApplied(world: World): Promise<RollbackFacts['applied']> {
  try {
    return await lookAtDatabase(world, async (session) => {
      const history = historyTable(world)
      await open(session, { history, fingerprint: undefined, app: appOf(world) })
      await lookOnly(session)
      return { migrations: await readRan(session, history, appOf(world).name) }
    })
  } catch (error) {
    return {
      error: troubleOf(
        error instanceof ReleaseError ? error : failedError('database-error', messageOf(error)),
      ),
    }
  }
}
