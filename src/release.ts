import type { Finding } from './core/finding.js'
import { migrationFacts, type Hooks } from './core/hooks.js'
import { refuseOwnLock } from './core/other-migrator.js'
import {
  countsOf,
  doneBy,
  noWork,
  restartedByMaintenance,
  skippedWork,
  type MigrateOutcome,
  type Work,
} from './core/outcome.js'
import { isEmptied } from './core/plan.js'
import { createProgress, type Progress } from './core/progress.js'
import type { LoadedMigration } from './migrations/load.js'
import { ensureHistory } from './postgres/history.js'
import { ensureLedger } from './postgres/ledger.js'
import { open } from './postgres/opening.js'
import { startRun, writeSeen } from './postgres/runs.js'
import type { Session } from './postgres/session.js'
import { prepareSession } from './postgres/settings.js'
import { applyAll } from './story/applying.js'
import { claimUnderLock, type Claiming } from './story/claiming.js'
import { onLeash } from './story/leashing.js'
import { startDeadline } from './story/deadline.js'
import { isLockFree } from './story/locking.js'
import { examineOwner, findReviewApp, judgeEntry, writeClaim } from './story/owning.js'
import { behindMaintenance } from './story/maintenance/behind.js'
import { heedDrift, listFolder, loadPending, planRun, readFolder, type Listing } from './story/planning.js'
import { acrossLostConnections } from './story/reconnecting.js'
import { checkRestart, restartAfter } from './story/restarting.js'
import { tellClosed, tellLearned, tellPending, tellWhere } from './story/saying.js'
import { withDatabase } from './story/session.js'
import { telling } from './story/telling/telling.js'
import { appOf, historyTable, runFacts, schemasToCreate, type World } from './story/world.js'

export interface MigrateOptions {
  /** Take over a database that the ledger gives to another app. */
  readonly adopt?: boolean | undefined
}

/**
 * The story of a release: gate, connect, lock, plan, judge, apply and record, restart.
 * Resolves with what was done. Rejects with a ReleaseError whose exit code says what kind of failure it was;
 * whatever was applied until then is recorded, and the next run goes on from there.
 */
export async function migrate(given: World, options: MigrateOptions = {}): Promise<MigrateOutcome> {
  const world = startDeadline(given)
  const progress = createProgress()
  const wish = { adopt: options.adopt === true, progress }
  return await telling(world, progress, async (hooks) => await release(world, { ...wish, hooks }))
}

async function release(world: World, wish: Wish): Promise<MigrateOutcome> {
  const startedAt = performance.now()
  const gate = judgeEntry(world, world.surroundings.reviewApp)
  const work = gate.go
    ? await acrossLostConnections(world, async () => await workOn(world, wish))
    : skippedWork(gate.reason)
  const { outcome, applied } = work
  await wish.hooks.after('apply', migrationFacts('applied', applied))
  const restart =
    outcome === 'skipped'
      ? undefined
      : (restartedByMaintenance(work) ?? (await restartAfter(world, applied.length, wish.hooks)))
  return { ...work, restart, durationMs: performance.now() - startedAt }
}

interface Wish {
  readonly adopt: boolean
  readonly progress: Progress
  readonly hooks: Hooks
}

async function workOn(world: World, wish: Wish): Promise<Work> {
  const { adopt, progress, hooks } = wish
  const { migrateCommand } = world.config
  if (migrateCommand !== undefined) refuseOwnLock(migrateCommand)
  await hooks.before('connect')
  // The folder is listed while the connection is made; a failure shows where it is awaited.
  const listing = migrateCommand === undefined ? listFolder(world) : Promise.resolve(migrateCommand)
  listing.catch(() => undefined)
  return await withDatabase(world, async (session, ends, cancel) => {
    const source = await listing
    // Whether another migrator has something to do, it alone knows.
    const fingerprint = typeof source === 'string' ? undefined : source.fingerprint
    const opening = await open(session, { history: historyTable(world), fingerprint, app: appOf(world) })
    await hooks.after('connect', { database: session.target.location })
    if (opening.upToDate && !adopt) {
      return { ...noWork, ...doneBy(progress), appliedCount: opening.appliedCount }
    }
    await prepareSession(session, opening.serverVersion)
    tellWhere(world, session, opening.serverVersion)
    if (opening.closed) tellClosed(world)
    return await enterDatabase(world, session, { ...wish, source, ends, cancel })
  })
}

interface Release extends Wish {
  /** A text is the command of another migrator. */
  readonly source: Listing | string
  readonly ends: AbortSignal
  readonly cancel: Claiming['cancel']
}

async function enterDatabase(world: World, session: Session, given: Release): Promise<Work> {
  const { source, adopt, ends, hooks, cancel, progress } = given
  const reviewApp = await findReviewApp(world)
  const gate = judgeEntry(world, reviewApp)
  if (!gate.go) return skippedWork(gate.reason)
  const examine = async () => await examineOwner(world, session, reviewApp, adopt)
  const before = await examine()
  if (!before.go) return skippedWork(before.reason)
  const claiming = { session, ends, cancel, hooks, progress, before, examine }
  if (typeof source !== 'string') return await releaseFiles(world, source, claiming)
  const { releaseByCommand } = await import('./story/commanding.js')
  return await releaseByCommand(world, source, claiming)
}

async function releaseFiles(
  world: World,
  { names, fingerprint }: Listing,
  claiming: Claiming,
): Promise<Work> {
  const { session, ends, hooks, progress } = claiming
  const folder = await readFolder(world, names)
  const early = await planRun(world, session, folder)
  // Who has nothing to do waits for nobody: a rollback must not queue behind a long migration.
  if (early.pending.length === 0 && !(await isLockFree(world, session))) {
    tellLearned(world, progress, early)
    heedDrift(world, early)
    return { ...noWork, ...countsOf(early), ...doneBy(progress) }
  }
  const { claim, lockWaitMs } = await claimUnderLock(world, claiming)
  if (!claim.go) return skippedWork(claim.reason)

  await hooks.before('plan')
  const plan = await planRun(world, session, folder)
  await hooks.after('plan', migrationFacts('pending', plan.pending))
  tellLearned(world, progress, plan)
  heedDrift(world, plan)
  const { pending, appliedCount } = plan
  const migrations = await loadPending(world, folder, plan)
  const findings = await judgePending(world, session, migrations, ends)
  await checkRestart(world, pending.length)

  const table = historyTable(world)
  await ensureLedger(session)
  await writeClaim(world, session, claim)
  const maintenance = await behindMaintenance(
    world,
    { ...claiming, pendingCount: pending.length, findings },
    async () => {
      if (pending.length > 0) await hooks.before('apply')
      await ensureHistory(session, table, schemasToCreate(world))
      if (pending.length > 0) {
        tellPending(world, plan)
        const runId = await startRun(session, { ...runFacts(world), lockWaitMs })
        const applying = { session, runId, signal: ends, progress }
        await onLeash(
          world,
          session,
          { signal: ends },
          async () => await applyAll(world, migrations, applying),
        )
      }
      if (!isEmptied(plan)) await writeSeen(session, table, fingerprint)
      return progress.applied
    },
  )
  return {
    ...noWork,
    ...countsOf(plan),
    ...doneBy(progress),
    appliedCount: appliedCount + pending.length,
    lockWaitMs,
    maintenance,
  }
}

/** Loaded only here: most releases have nothing to judge. */
async function judgePending(
  world: World,
  session: Session,
  migrations: readonly LoadedMigration[],
  ends: AbortSignal,
): Promise<readonly Finding[]> {
  if (migrations.length === 0) return []
  const { heedJudge } = await import('./story/judging.js')
  return await heedJudge(world, session, migrations, ends)
}
