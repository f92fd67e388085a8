import { formatDuration } from '../../core/duration.js'
import type { Dyno } from '../../core/restart.js'
import type { RollbackPlan } from '../../core/rollback/plan.js'
import { findRollback, isUnderWay } from '../../core/rollback/release.js'
import { lastLogLines } from '../../heroku/logs.js'
import { latestReleases, readRelease, type Release } from '../../heroku/releases.js'
import { awaitReleasePhase } from '../../heroku/rollback/release-phase.js'
import { requestRollback } from '../../heroku/rollback/request.js'
import { verifyDynos } from '../../heroku/rollback/verify.js'
import { askPlatform, type Asked } from '../asking.js'
import type { World } from '../world.js'
import {
  crashedError,
  failedPhaseError,
  lateError,
  pendingError,
  refusedError,
  underwayError,
} from './errors.js'
import { pastRelease } from './facts.js'
import { oneAtATime } from './one-at-a-time.js'

/** What `release rollback vN --go` did. */
export interface RollbackOutcome {
  /** The release that the rollback is. */
  readonly version: number
  /** It was there already, from a run before or from somebody else; no other was made. */
  readonly existed: boolean
  /** The dynos that are up on it. */
  readonly dynos: readonly string[]
  readonly durationMs: number
}

const verifyDeadlineMs = 5 * 60_000
const crashLogsMs = 5000
const outputKept = 20

/**
 * Rolls back as planned, waits for the release command and for the dynos. One request makes the release, at most
 * once, also over several runs. Rejects with what was not as it should be: the platform's own refusal, or one of the
 * errors of src/story/rollback/errors.ts.
 */
export async function goBack(world: World, plan: RollbackPlan): Promise<RollbackOutcome> {
  const startedAtMs = performance.now()
  if (plan.existing === undefined) {
    if (plan.refused !== undefined) throw refusedError(plan, plan.refused)
    if (plan.underway !== undefined) throw underwayError(plan, plan.underway)
  }
  const asked = await askPlatform(world, 'rollback')
  const { made, existed } = await oneAtATime(world, plan, async () => await makeRelease(world, asked, plan))
  try {
    await finishPhase(world, asked, plan, made)
    const dynos = await verify(world, asked, made)
    const { version } = made
    const durationMs = performance.now() - startedAtMs
    return { version, existed, dynos, durationMs }
  } catch (error) {
    if (world.signal.aborted)
      world.log.info('rollback', `v${made.version} goes on without this command; run it again to wait for it`)
    throw error
  }
}

/** Looks once more before it asks: since the plan was made, somebody else may have rolled back. */
async function makeRelease({ log, signal }: World, asked: Asked, plan: RollbackPlan) {
  const { platform } = asked
  const { app, target } = plan
  const now = new Date()
  const newest = (await latestReleases(platform, app)).map(pastRelease)
  const newer = newest.filter(({ version }) => version > target.version)
  const existing = plan.existing ?? findRollback(newer, target, now)
  if (existing !== undefined) {
    log.info(
      'rollback',
      `v${existing.version} is the rollback to v${target.version} already; no other is made`,
    )
    return { made: await readRelease(platform, app, existing.id), existed: true }
  }
  const underway = newer.find((release) => isUnderWay(release, now))
  if (underway !== undefined) throw underwayError(plan, underway)
  const made = await requestRollback(platform, {
    app,
    target,
    signal,
    newestVersion: newer[0]?.version ?? target.version,
    onSilence: (reason) =>
      log.warn('rollback', `${reason} The list of releases will say whether it was done.`),
  })
  log.info('rollback', `${app} v${made.version}: ${made.description}`, { version: made.version })
  return { made, existed: false }
}

async function finishPhase(world: World, asked: Asked, plan: RollbackPlan, made: Release): Promise<void> {
  const { config, log, signal } = world
  const output: string[] = []
  const settled = await awaitReleasePhase(asked.platform, made, {
    signal,
    app: plan.app,
    deadlineMs: config.deadlineMs,
    onLine: (line) => {
      if (output.push(line) > outputKept) output.shift()
      log.info('rollback', `| ${line}`)
    },
  })
  if (settled.status === 'pending') throw pendingError(plan, made.version, config.deadlineMs)
  if (settled.status !== 'succeeded') throw failedPhaseError(plan, made.version, output)
}

async function verify(world: World, { platform, app }: Asked, { version }: Release): Promise<string[]> {
  const { config, log, signal } = world
  const startedAtMs = performance.now()
  const verified = await verifyDynos(platform, {
    app,
    version,
    signal,
    deadlineMs: verifyDeadlineMs,
    settleMs: config.restartSettleMs,
    // Looking more often than the dynos have to settle would find nothing new.
    pollMs: Math.min(3000, Math.max(250, config.restartSettleMs / 2)),
    onChange: ({ lacking }) =>
      log.info(
        'rollback',
        lacking.length === 0 ? `every dyno is up on v${version}` : `up: ${lacking.join(', ')}`,
      ),
  })
  if (verified.kind === 'up') return namesOf(verified.dynos)
  if (verified.kind === 'late')
    throw lateError(app, version, verified.lacking, performance.now() - startedAtMs)
  const lines = await lastLogLines(platform, app, verified.dyno.name, { deadlineMs: crashLogsMs, signal })
  log.warn(
    'rollback',
    `${verified.dyno.name} crashed after ${formatDuration(performance.now() - startedAtMs)}`,
  )
  throw crashedError(app, version, verified.dyno.name, lines)
}

const namesOf = (dynos: readonly Dyno[]) =>
  dynos.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
