import { configurationError, messageOf } from '../core/errors.js'
import { decideDatabase, decideEntry, type GateDecision } from '../core/gate.js'
import { decideOwnership, type DatabaseIdentity, type Ownership } from '../core/ownership.js'
import { isEmpty, readIdentity, readOwner, writeOwner } from '../postgres/ledger.js'
import { forgetMaintenance } from '../postgres/maintenance.js'
import type { Session } from '../postgres/session.js'
import { appOf, type World } from './world.js'

/** How we know that this is a review app: from the environment, else from the platform where there is a token. */
export async function findReviewApp({
  config,
  surroundings,
  log,
  signal,
}: World): Promise<string | undefined> {
  if (surroundings.reviewApp !== undefined) return surroundings.reviewApp
  if (config.token === undefined || config.app === undefined) return undefined
  const { createPlatform } = await import('../heroku/client.js')
  const { pipelineStage } = await import('../heroku/pipelines.js')
  const platform = createPlatform({ token: config.token, apiUrl: config.apiUrl, signal })
  try {
    const stage = await pipelineStage(platform, config.app, { patienceMs: askMs })
    return stage === 'review' ? 'by its pipeline' : undefined
  } catch (error) {
    // The platform being away must not stop a release whose own environment does not call it a review app.
    log.warn('gate', `the platform could not be asked whether this is a review app: ${messageOf(error)}`)
    return undefined
  }
}

const askMs = 5000

/** Whose database it is, and what the gate makes of that. */
export type Claim =
  | { readonly go: false; readonly reason: string }
  | { readonly go: true; readonly identity: DatabaseIdentity; readonly ownership: Ownership }

/**
 * Looks whose database this is. Reads only. Throws 78 where it is another app's, unless this is a review app,
 * which leaves it alone.
 */
export async function examineOwner(
  world: World,
  session: Session,
  reviewApp: string | undefined,
  adopt: boolean,
): Promise<Claim> {
  const app = appOf(world)
  const { identity, ownership } = await readOwnership(world, session)
  const decision = judgeOwner(world, ownership, reviewApp, adopt)
  if (decision.go) {
    if (decision.note !== undefined) world.log.info('gate', decision.note)
    return { go: true, identity, ownership }
  }
  if (!decision.refused) return { go: false, reason: decision.reason }
  throw configurationError(
    'database-of-another-app',
    `Refused: ${decision.reason}, not to ${app.name ?? app.id}.`,
    {
      todo: [
        `Check ${session.target.source} (${session.target.location}): does it point at the right database?`,
        'If the database was handed over, or is a fork: release migrate --adopt',
      ],
    },
  )
}

/** Whose database it is, and which one; reads only. */
export async function readOwnership(
  world: World,
  session: Session,
): Promise<{ readonly identity: DatabaseIdentity; readonly ownership: Ownership }> {
  const owner = await readOwner(session)
  const identity = await readIdentity(session)
  const empty = owner === undefined && (await isEmpty(session))
  return { identity, ownership: decideOwnership({ app: appOf(world), identity, owner, empty }) }
}

/** The part of the gate that needs no database. */
export function judgeEntry({ config }: World, reviewApp: string | undefined): GateDecision {
  return decideEntry({
    skip: config.skipMigrations,
    reviewApp,
    reviewApps: config.reviewApps,
    reviewAppsSource: config.sources.reviewApps,
  })
}

/** What the gate makes of a database that is this to the app. */
export function judgeOwner(
  world: World,
  ownership: Ownership,
  reviewApp: string | undefined,
  adopt: boolean,
): GateDecision {
  const { reviewApps } = world.config
  const { name, id } = appOf(world)
  return decideDatabase({ reviewApp, reviewApps, ownership, app: name ?? id, adopt })
}

/** Writes the owner into the ledger. */
export async function writeClaim(
  world: World,
  session: Session,
  claim: Extract<Claim, { go: true }>,
): Promise<void> {
  const isCopy = claim.ownership.kind === 'copy' || claim.ownership.kind === 'fork'
  await writeOwner(session, appOf(world), claim.identity, isCopy)
  // What the original's release has closed is none of the copy's business.
  if (isCopy) await forgetMaintenance(session)
}
