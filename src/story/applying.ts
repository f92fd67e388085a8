import { formatDuration } from '../core/duration.js'
import { messageOf, ReleaseError, unavailableError } from '../core/errors.js'
import type { AppliedStep } from '../core/outcome.js'
import type { Progress } from '../core/progress.js'
import { ApplyError, applyMigration, type Stays } from '../migrations/apply.js'
import type { ApplyOptions, Recorded } from '../migrations/attempt.js'
import {
  asDatabaseFailure,
  failureInCode,
  failureInStatement,
  shownPath,
  StatementError,
} from '../migrations/failure.js'
import { checksumOf, type LoadedMigration } from '../migrations/load.js'
import { describeBlockers } from '../postgres/blockers.js'
import { forgetSql, keepSql, readKept } from '../postgres/keeping.js'
import { finishRun, recordSql, stepSql, type Step } from '../postgres/runs.js'
import type { Session } from '../postgres/session.js'
import { readStopped } from '../postgres/stopped.js'
import type { Watch } from '../postgres/watch.js'
import { tellChances } from './chances.js'
import { boundedBy, type Bound } from './deadline.js'
import { keepLock } from './locking.js'
import { patiently } from './patience.js'
import { tableLockTimeout, tellLockTimeout, watchOver } from './waiting.js'
import { historyTable, searchPath, type World } from './world.js'

export interface Applying {
  readonly session: Session
  readonly runId: string
  readonly signal: AbortSignal
  /** What the release has applied over all its connections. */
  readonly progress: Progress
}

interface Watched extends Applying {
  readonly watch: Watch
  /** How long a table lock is asked for again. */
  readonly lockRetry: Bound
}

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

interface Failure {
  readonly migration: LoadedMigration
  readonly migrations: readonly LoadedMigration[]
  readonly done: readonly AppliedStep[]
  readonly applying: Watched
}

/** Writes the failure into the ledger, as far as the connection still stands, and says what a person needs. */
async function giveUp(world: World, error: unknown, failure: Failure): Promise<ReleaseError> {
  const { migration, done, applying } = failure
  const { session, runId, signal } = applying
  const cause = error instanceof ApplyError ? error.cause : error
  const stays = error instanceof ApplyError ? error.stays : undefined
  if (stays !== undefined && leavesSomething(stays)) applying.progress.touch()
  const explained = await explain(cause, failure, stateAfter(failure, stays))
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

async function explain(cause: unknown, failure: Failure, state: string): Promise<ReleaseError> {
  const { migration, applying } = failure
  if (applying.signal.aborted) return stopped(applying.signal, failure, state)
  if (applying.session.lost() !== undefined) {
    return unavailableError(
      'connection-lost',
      `The connection to the database was lost during ${shownPath(migration.file)}: ${messageOf(cause)}.`,
      {
        todo: ['Run the command again: the history says what was applied, and the rest is done then.'],
        sqlstate: endedBy(cause),
        cause,
      },
    )
  }
  if (cause instanceof StatementError) {
    const database = asDatabaseFailure(cause.cause)
    if (database?.sqlstate === '55P03') {
      return await tableLockTimeout(applying, { file: migration.file, state, cause })
    }
    if (database !== undefined) {
      return await failureInStatement(cause, database, {
        file: migration.file,
        source: migration.source,
        state,
      })
    }
  }
  if (cause instanceof ReleaseError) return withPlace(cause, migration, state)
  const { file, source } = migration
  return failureInCode(cause, { file, source, doing: 'run', state })
}

/** The SQLSTATE with which the server itself ended the session, if it was the server. */
function endedBy(cause: unknown): string | undefined {
  const failure = asDatabaseFailure(cause instanceof StatementError ? cause.cause : cause)
  return failure?.sqlstate.startsWith('57') === true ? failure.sqlstate : undefined
}

/** What failed beside a statement knows neither its file nor what was done before it. */
function withPlace(error: ReleaseError, { file }: LoadedMigration, state: string): ReleaseError {
  const { code, exitCode, message, todo, sqlstate } = error
  const detail = [`in ${shownPath(file)}`, ...error.detail]
  return new ReleaseError(code, exitCode, message, {
    detail,
    todo,
    sqlstate,
    state: error.state ?? state,
    cause: error,
  })
}

function stopped(signal: AbortSignal, failure: Failure, state: string): ReleaseError {
  const reason: unknown = signal.reason
  const { file } = failure.migration
  const seen = failure.applying.watch.takeSeen()
  const detail = seen.length === 0 ? [] : [describeBlockers(seen)]
  if (!(reason instanceof ReleaseError)) {
    return unavailableError('stopped', `Stopped during ${shownPath(file)}.`, { detail, state, cause: reason })
  }
  return new ReleaseError(reason.code, reason.exitCode, `${reason.message} It was at ${shownPath(file)}.`, {
    detail,
    state,
    todo: ['Run the command again to finish.', ...reason.todo],
  })
}

/** What the database holds now, in one sentence. */
function stateAfter({ migration, migrations, done }: Failure, stays: Stays | undefined): string {
  const { name } = migration.file
  const before =
    done.length === 0
      ? 'Nothing was applied before it'
      : `${done.length} of ${migrations.length} migrations ${done.length === 1 ? 'was' : 'were'} applied and recorded`
  const after = migrations.length - done.length - 1
  const rest = after === 0 ? '' : `, and ${after} after it ${after === 1 ? 'was' : 'were'} not begun`
  return `State of the database: ${before}; ${whatStays(name, stays)}${rest}.`
}

/** Whether the database is not what it was before this migration. */
const leavesSomething = ({ ownCommit, inTransaction, stayed, asked, partWay }: Stays) =>
  ownCommit || (!inTransaction && (stayed > 0 || asked > 0 || partWay))

function whatStays(name: string, stays: Stays | undefined): string {
  if (stays?.ownCommit === true)
    return `${name} ended its transaction by itself (COMMIT): what ran before that stayed, and it is not recorded`
  if (stays === undefined || stays.inTransaction) return `${name} was rolled back`
  const { stayed, asked, partWay } = stays
  const first = stayed === 1 ? 'its first statement' : `its first ${stayed} statements`
  return [
    `${name} ran outside a transaction: `,
    stayed === 0 ? 'none of its statements stayed' : `${first} stayed, and the next run goes on after that`,
    partWay
      ? '; the next one ends transactions by itself, and what it had done until it failed stayed too'
      : '',
    asked === 0 ? '' : '; what its code asked through pgm.db was done, and is done again',
  ].join('')
}
