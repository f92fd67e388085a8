import { formatDuration } from '../core/duration.js'
import type { ReleaseError } from '../core/errors.js'
import type { AppliedStep } from '../core/outcome.js'
import type { Progress } from '../core/progress.js'
import { ApplyError, applyMigration, type Stays } from '../migrations/apply.js'
import type { ApplyOptions, Recorded } from '../migrations/attempt.js'
import { checksumOf, type LoadedMigration } from '../migrations/load.js'
import { forgetSql, keepSql, readKept } from '../postgres/keeping.js'
import { finishRun, recordSql, stepSql, type Step } from '../postgres/runs.js'
import type { Session } from '../postgres/session.js'
import { readStopped } from '../postgres/stopped.js'
import { explainFailure, type Failure } from './apply-failure.js'
import { tellChances } from './chances.js'
import { boundedBy } from './deadline.js'
import { keepLock } from './locking.js'
import { patiently } from './patience.js'
import { tellLockTimeout, watchOver } from './waiting.js'
import { historyTable, searchPath, type World } from './world.js'

export interface Applying {
  readonly session: Session
  readonly runId: string
  readonly signal: AbortSignal
  /** What the release has applied over all its connections. */
  readonly progress: Progress
}

type Watched = Applying & Failure['applying']

/** Applies the migrations one after the other; each is recorded in its own transaction. */
export async function applyAll(
  world: World,
  migrations: readonly LoadedMigration[],
  given: Applying,
): Promise<AppliedStep[]> {
  const watch = watchOver(world, given.session)
  const names = migrations.map(({ file }) => file.name)
  const stoppedAfterMs = await readStopped(given.session, historyTable(world), names)
  const done: AppliedStep[] = []
  for (const migration of migrations) {
    const { name } = migration.file
    const lockRetry = boundedBy(world, world.config.lockRetryMs, 'RELEASE_LOCK_RETRY')
    const applying = { ...given, watch, lockRetry }
    try {
      applying.signal.throwIfAborted()
      tellChances(world, name, stoppedAfterMs.get(name))
      applying.progress.begin(name)
      const step = await applyOne(world, migration, applying)
      applying.progress.finish(step)
      done.push(step)
    } catch (error) {
      throw await giveUp(world, error, { migration, migrations, done, applying })
    } finally {
      await watch.close()
    }
  }
  await finishRun(given.session, given.runId, 'done', done.length)
  return done
}

async function applyOne(world: World, migration: LoadedMigration, applying: Watched): Promise<AppliedStep> {
  const { config, log } = world
  const { signal } = applying
  const { name } = migration.file
  const keeper = { runId: applying.runId, history: historyTable(world), migration: name }
  const options: ApplyOptions = {
    connection: applying.watch.session,
    searchPath: searchPath(world),
    decamelize: config.decamelize,
    lockTimeoutMs: config.lockTimeoutMs,
    lockRetryMs: applying.lockRetry.waitMs,
    signal,
    record: (recorded) => recordSql(stepOf(world, migration, applying, recorded, 'applied')),
    onLockTimeout: async (failedWith, attempt, pauseMs) =>
      await tellLockTimeout(world, applying, { name, failedWith, attempt, pauseMs }),
    patiently: async (waits, work) => await patiently(world, { ...applying, name }, waits, work),
    keepLock: async () => await keepLock(world, applying.session),
    keeping: {
      read: async () => await readKept(applying.session, keeper),
      keepSql: (place, statements) => keepSql(keeper, place, statements),
      forgetSql: (place) => forgetSql(keeper, place),
    },
    onLog: (line) => log.info('apply', `${name}: ${line}`),
    onWarn: (line) => log.warn('apply', `${name}: ${line}`),
    onOwnCommit: () =>
      log.warn(
        'apply',
        `${name} ends its transaction by itself (COMMIT); take that out, it is in one already`,
      ),
  }
  const attempted = await applyMigration(migration, options)
  const tries = attempted.attempts > 1 ? `, attempt ${attempted.attempts}` : ''
  const how = attempted.inTransaction ? '' : ', outside a transaction'
  log.info('apply', `${name} (${formatDuration(attempted.durationMs)}${how}${tries})`, { ...attempted, name })
  return { name, ...attempted }
}

function stepOf(
  world: World,
  migration: LoadedMigration,
  { runId }: Applying,
  recorded: Recorded,
  outcome: Step['outcome'],
): Step {
  return {
    runId,
    history: historyTable(world),
    migration: migration.file.name,
    checksum: checksumOf(migration.source),
    ...recorded,
    outcome,
  }
}

/** Writes the failure into the ledger, as far as the connection still stands, and says what a person needs. */
async function giveUp(
  world: World,
  error: unknown,
  failure: Failure & { readonly applying: Watched },
): Promise<ReleaseError> {
  const { migration, done, applying } = failure
  const { session, runId, signal } = applying
  const cause = error instanceof ApplyError ? error.cause : error
  const stays = error instanceof ApplyError ? error.stays : undefined
  if (stays !== undefined && leavesSomething(stays)) applying.progress.touch()
  const explained = await explainFailure(cause, failure, stays)
  const interrupted = signal.aborted
  try {
    if (error instanceof ApplyError) {
      const outcome = interrupted ? 'interrupted' : 'failed'
      const step = stepOf(world, migration, applying, error.attempted, outcome)
      await session.query(
        stepSql({ ...step, sqlstate: explained.sqlstate, error: world.redact(explained.message) }),
      )
    }
    const outcome = interrupted ? 'interrupted' : 'failed'
    await finishRun(session, runId, outcome, done.length, world.redact(explained.message))
  } catch {
    // The connection is gone; the next run closes this one in the ledger.
  }
  return explained
}

/** Whether the database is not what it was before this migration. */
const leavesSomething = ({ ownCommit, inTransaction, stayed, asked, partWay }: Stays) =>
  ownCommit || (!inTransaction && (stayed > 0 || asked > 0 || partWay))
