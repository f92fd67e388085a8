import type { Hooks } from './core/hooks.js'
import { refuseOwnLock } from './core/other-migrator.js'
import { noWork, skippedWork, type MigrateOutcome, type Work } from './core/outcome.js'
import { isEmptied, type Plan } from './core/plan.js'
import { createProgress, type Progress } from './core/progress.js'
import { fingerprintOf, listNames } from './migrations/discover.js'
import type { LoadedMigration } from './migrations/load.js'
import { ensureHistory } from './postgres/history.js'
import { ensureLedger } from './postgres/ledger.js'
import { open } from './postgres/opening.js'
import { startRun, writeSeen } from './postgres/runs.js'
import type { Session } from './postgres/session.js'
import { prepareSession } from './postgres/settings.js'
import { applyAll } from './story/applying.js'
import { claimUnderLock, type Claiming } from './story/claiming.js'
import type { Commanding } from './story/commanding.js'
import { onLeash } from './story/leashing.js'
import { isLockFree } from './story/locking.js'
import { examineOwner, findReviewApp, judgeEntry, writeClaim } from './story/owning.js'
import { heedDrift, loadPending, planRun, readFolder } from './story/planning.js'
import { acrossLostConnections } from './story/reconnecting.js'
import { checkRestart, restartAfter } from './story/restarting.js'
import { withDatabase } from './story/session.js'
import { telling } from './story/telling/telling.js'
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
  await wish.hooks.after('apply', factsOf('applied', applied))
  const restart = outcome === 'skipped' ? undefined : await restartAfter(world, applied.length, wish.hooks)
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
  const listing = migrateCommand === undefined ? listFiles(world) : Promise.resolve(migrateCommand)
  listing.catch(() => undefined)
  return await withDatabase(world, async (session, ends, cancel) => {
    const source = await listing
    // Whether another migrator has something to do, it alone knows.
    const fingerprint = typeof source === 'string' ? undefined : source.fingerprint
    const opening = await open(session, { history: historyTable(world), fingerprint, app: appOf(world) })
    await hooks.after('connect', { database: session.target.location })
    if (opening.upToDate && !adopt) {
      return { ...noWork, ...appliedBy(progress), appliedCount: opening.appliedCount }
    }
    await prepareSession(session, opening.serverVersion)
    tellWhere(world, session, opening.serverVersion)
    return await enterDatabase(world, session, { ...wish, source, ends, cancel })
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

interface Release extends Wish {
  /** A text is the command of another migrator. */
  readonly source: Files | string
  readonly ends: AbortSignal
  readonly cancel: Commanding['cancel']
}

async function enterDatabase(world: World, session: Session, given: Release): Promise<Work> {
  const { source, adopt, ends, hooks, cancel, progress } = given
  const reviewApp = await findReviewApp(world)
  const gate = judgeEntry(world, reviewApp)
  if (!gate.go) return skippedWork(gate.reason)
  const examine = async () => await examineOwner(world, session, reviewApp, adopt)
  const before = await examine()
  if (!before.go) return skippedWork(before.reason)
  const claiming: Claiming = { session, ends, hooks, before, examine }
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
  const { session, ends, hooks } = claiming
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

  await hooks.before('plan')
  const plan = await planRun(world, session, folder)
  await hooks.after('plan', factsOf('pending', plan.pending))
  tellLearned(world, progress, plan)
  heedDrift(world, plan)
  const { pending, appliedCount } = plan
  const migrations = await loadPending(world, folder, plan)
  await judgePending(world, session, migrations)
  await checkRestart(world, pending.length)
  if (pending.length > 0) await hooks.before('apply')

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
    const applying = { session, runId, signal: ends, progress }
    await onLeash(world, session, { signal: ends }, async () => await applyAll(world, migrations, applying))
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

/** Loaded only here: most releases have nothing to judge. */
async function judgePending(
  world: World,
  session: Session,
  migrations: readonly LoadedMigration[],
): Promise<void> {
  if (migrations.length === 0) return
  const { heedJudge } = await import('./story/judging.js')
  await heedJudge(world, session, migrations)
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

const factsOf = (kind: 'pending' | 'applied', migrations: readonly { readonly name: string }[]) => ({
  [kind]: migrations.map(({ name }) => name),
  [`${kind}_count`]: migrations.length,
})
