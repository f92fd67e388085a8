import { messageOf, ReleaseError, unavailableError } from '../core/errors.js'
import type { AppliedStep } from '../core/outcome.js'
import type { Stays } from '../migrations/apply.js'
import {
  asDatabaseFailure,
  failureInCode,
  failureInStatement,
  shownPath,
  StatementError,
} from '../migrations/failure.js'
import type { LoadedMigration } from '../migrations/load.js'
import { describeBlockers } from '../postgres/blockers.js'
import type { Session } from '../postgres/session.js'
import type { Watch } from '../postgres/watch.js'
import type { Bound } from './deadline.js'
import { tableLockTimeout } from './waiting.js'

/** A migration that failed, in the middle of a release. */
export interface Failure {
  readonly migration: LoadedMigration
  /** All that were to be applied, and those that are. */
  readonly migrations: readonly LoadedMigration[]
  readonly done: readonly AppliedStep[]
  readonly applying: {
    readonly session: Session
    readonly signal: AbortSignal
    readonly watch: Watch
    /** How long a table lock is asked for again. */
    readonly lockRetry: Bound
  }
}

/** What a person needs to know of the failure: what happened, what the database holds now, and what to do. */
export async function explainFailure(
  cause: unknown,
  failure: Failure,
  stays: Stays | undefined,
): Promise<ReleaseError> {
  const state = stateAfter(failure, stays)
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
