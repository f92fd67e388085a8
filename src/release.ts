import { refuseOwnLock } from './core/other-migrator.js'
import { noWork, skippedWork, type MigrateOutcome, type Work } from './core/outcome.js'
import { isEmptied, type Plan } from './core/plan.js'
import { createProgress, type Progress } from './core/progress.js'
import { fingerprintOf, listNames } from './migrations/discover.js'
import { ensureHistory } from './postgres/history.js'
import { ensureLedger } from './postgres/ledger.js'
import { open } from './postgres/opening.js'
import { startRun, writeSeen } from './postgres/runs.js'
import type { Session } from './postgres/session.js'
import { prepareSession } from './postgres/settings.js'
import { applyAll } from './story/applying.js'
import { claimUnderLock, type Claiming } from './story/claiming.js'
import type { Commanding } from './story/commanding.js'
import { isLockFree } from './story/locking.js'
import { examineOwner, findReviewApp, judgeEntry, writeClaim } from './story/owning.js'
import { heedDrift, loadPending, planRun, readFolder } from './story/planning.js'
import { acrossLostConnections } from './story/reconnecting.js'
import { checkRestart, restartAfter } from './story/restarting.js'
import { withDatabase } from './story/session.js'
import { appOf, historyTable, migrationFolder, runFacts, schemasToCreate, type World } from './story/world.js'

export interface MigrateOptions {
  /** Take over a database that the ledger gives to another app. */
  readonly adopt?: boolean | undefined
}

/**
 * The story of a release: gate, connect, lock, plan, judge, apply and record, restart.
 * Resolves with what was done. Rejects with a ReleaseError whose exit code says what kind of failure it was;
 * whatever was applied until then is recorded, and the next run goes on from there.
 */
export async function migrate(world: World, options: MigrateOptions = {}): Promise<MigrateOutcome> {
  const startedAt = performance.now()
  const gate = judgeEntry(world, world.surroundings.reviewApp)
  const progress = createProgress()
  const work = gate.go
    ? await acrossLostConnections(world, async () => await workOn(world, options.adopt === true, progress))
    : skippedWork(gate.reason)
  const restart = work.outcome === 'skipped' ? undefined : await restartAfter(world, work.applied.length)
  return { ...work, restart, durationMs: performance.now() - startedAt }
}

async function workOn(world: World, adopt: boolean, progress: Progress): Promise<Work> {
  const { migrateCommand } = world.config
  if (migrateCommand !== undefined) refuseOwnLock(migrateCommand)
  // The folder is listed while the connection is made; a failure shows where it is awaited.
  const listing = migrateCommand === undefined ? listFiles(world) : Promise.resolve(migrateCommand)
  listing.catch(() => undefined)
  return await withDatabase(world, async (session, ends, cancel) => {
    const source = await listing
    // Whether another migrator has something to do, it alone knows.
    const fingerprint = typeof source === 'string' ? undefined : source.fingerprint
    const opening = await open(session, { history: historyTable(world), fingerprint, app: appOf(world) })
    if (opening.upToDate && !adopt) {
      return { ...noWork, ...appliedBy(progress), appliedCount: opening.appliedCount }
    }
    await prepareSession(session, opening.serverVersion)
    tellWhere(world, session, opening.serverVersion)
    return await enterDatabase(world, session, { source, adopt, ends, cancel, progress })
  })
}

async function listFiles(world: World): Promise<Files> {
  const folder = migrationFolder(world)
  const names = await listNames(folder)
  return { names, fingerprint: fingerprintOf(names, folder) }
}

/** The first line of a run that has work to do: who releases, and into what. */
function tellWhere(world: World, { target }: Session, serverVersion: number): void {
  const { release: version, dyno, who } = world.surroundings
  const app = [appOf(world).name ?? 'app unknown', version].filter(Boolean).join(' ')
  const place = dyno === undefined ? `by hand by ${who ?? 'somebody'}` : `in ${dyno}`
  const server = `PostgreSQL ${Math.floor(serverVersion / 10_000)}`
  world.log.info('connect', `${app}, ${place}, to ${server} at ${target.location}`)
}

interface Files {
  readonly names: readonly string[]
  readonly fingerprint: string
}

interface Release {
  /** A text is the command of another migrator. */
  readonly source: Files | string
  readonly adopt: boolean
  readonly ends: AbortSignal
  readonly cancel: Commanding['cancel']
  readonly progress: Progress
}

async function enterDatabase(world: World, session: Session, given: Release): Promise<Work> {
  const { source, adopt, ends, cancel, progress } = given
  const reviewApp = await findReviewApp(world)
  const gate = judgeEntry(world, reviewApp)
  if (!gate.go) return skippedWork(gate.reason)
  const examine = async () => await examineOwner(world, session, reviewApp, adopt)
  const before = await examine()
  if (!before.go) return skippedWork(before.reason)
  const claiming: Claiming = { session, ends, before, examine }
  if (typeof source !== 'string') return await releaseFiles(world, source, claiming, progress)
  const { releaseByCommand } = await import('./story/commanding.js')
  return await releaseByCommand(world, source, { ...claiming, cancel })
}

async function releaseFiles(
  world: World,
  { names, fingerprint }: Files,
  claiming: Claiming,
  progress: Progress,
): Promise<Work> {
  const { session, ends } = claiming
  const folder = await readFolder(world, names)
  const early = await planRun(world, session, folder)
  // Who has nothing to do waits for nobody: a rollback must not queue behind a long migration.
  if (early.pending.length === 0 && !(await isLockFree(world, session))) {
    tellLearned(world, progress, early)
    heedDrift(world, early)
    return { ...noWork, ...countsOf(early), ...appliedBy(progress) }
  }
  const { claim, lockWaitMs } = await claimUnderLock(world, claiming)
  if (!claim.go) return skippedWork(claim.reason)

  const plan = await planRun(world, session, folder)
  tellLearned(world, progress, plan)
  heedDrift(world, plan)
  const { pending, appliedCount } = plan
  const migrations = await loadPending(world, folder, plan)
  await checkRestart(world, pending.length)

  // judge: findings about `migrations` stop the release here, before anything is written.

  const table = historyTable(world)
  await ensureLedger(session)
  await writeClaim(world, session, claim)
  await ensureHistory(session, table, schemasToCreate(world))
  if (pending.length > 0) {
    const { length } = pending
    world.log.info('plan', `${length} pending, ${appliedCount} applied before`, {
      pending: pending.map(({ name }) => name),
    })
    const runId = await startRun(session, { ...runFacts(world), lockWaitMs })
    await applyAll(world, migrations, { session, runId, signal: ends, progress })
  }
  if (!isEmptied(plan)) await writeSeen(session, table, fingerprint)
  return {
    ...noWork,
    ...countsOf(plan),
    ...appliedBy(progress),
    appliedCount: appliedCount + pending.length,
    lockWaitMs,
  }
}

const appliedBy = ({ applied }: Progress) => ({
  outcome: applied.length === 0 ? ('nothing' as const) : ('applied' as const),
  applied,
})

/** After a lost connection: says what became of the migration that was under way. */
function tellLearned({ log }: World, progress: Progress, { pending }: Plan): void {
  const step = progress.learn(pending.map(({ name }) => name))
  if (step !== undefined)
    log.info('apply', `${step.name} (its COMMIT went through; only the answer was lost)`)
}

const countsOf = ({ appliedCount, ahead, drift }: Plan) => ({ appliedCount, ahead, drift })
