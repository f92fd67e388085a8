import { formatDuration } from '../core/duration.js'
import { configurationError, failedError, messageOf, ReleaseError, unavailableError } from '../core/errors.js'
import { cancelOnAbort } from '../postgres/cancel.js'
import { codeOf } from '../postgres/connect-errors.js'
import type { Session } from '../postgres/session.js'
import { leftUntilDeadline } from './deadline.js'
import { connectTo, targetOf, type World } from './world.js'

/** `cancel.dispose()` is for work that goes on elsewhere than on the session, and is ended there. */
type Work<Result> = (
  session: Session,
  ends: AbortSignal,
  cancel: { readonly dispose: () => void },
) => Promise<Result>

/**
 * Connects, does the work, and ends the session whatever happens. When the run is stopped or its deadline
 * passes, what the session runs is cancelled on the server. Every error comes out as a ReleaseError.
 */
export async function withDatabase<Result>(world: World, work: Work<Result>): Promise<Result> {
  const error = deadlinePassed(world.config.deadlineMs)
  return await withDeadline(world, work, leftUntilDeadline(world), error)
}

const lookMs = 60_000

/** The same for commands that only look: they have a minute, whatever the deadline of a release is. */
export async function lookAtDatabase<Result>(world: World, work: Work<Result>): Promise<Result> {
  return await withDeadline(world, work, lookMs, lookedInVain(lookMs))
}

async function withDeadline<Result>(
  world: World,
  work: Work<Result>,
  deadlineMs: number,
  whenLate: ReleaseError,
): Promise<Result> {
  const late = new AbortController()
  // setTimeout takes at most 24 days.
  const timer = setTimeout(() => late.abort(whenLate), Math.min(deadlineMs, 2 ** 31 - 1))
  const ends = AbortSignal.any([world.signal, late.signal])
  try {
    const session = await connectTo({ ...world, signal: ends }, targetOf(world))
    const cancel = cancelOnAbort(session, ends)
    try {
      return await work(session, ends, cancel)
    } catch (error) {
      throw ends.aborted && !(error instanceof ReleaseError) ? ends.reason : explain(error, session)
    } finally {
      cancel.dispose()
      await session.end()
    }
  } catch (error) {
    throw ends.aborted && !(error instanceof ReleaseError) ? ends.reason : error
  } finally {
    clearTimeout(timer)
  }
}

const deadlinePassed = (deadlineMs: number) =>
  failedError('deadline', `The deadline of ${formatDuration(deadlineMs)} passed.`, {
    todo: [
      'A longer one: RELEASE_DEADLINE (Heroku ends a release phase after an hour), or by hand --deadline 3h.',
    ],
  })

const lookedInVain = (deadlineMs: number) =>
  unavailableError('database-silent', `The database did not answer within ${formatDuration(deadlineMs)}.`, {
    todo: ['Something blocks it, or the connection is dead: heroku pg:diagnose, heroku pg:ps.'],
  })

function explain(error: unknown, session: Session): unknown {
  if (error instanceof ReleaseError) return error
  const lost = session.lost()
  if (lost !== undefined) {
    return unavailableError('connection-lost', `The connection to the database was lost: ${lost.message}.`, {
      todo: ['Run the command again; whatever was applied is in the history.'],
      sqlstate: [codeOf(error), codeOf(lost)].find((code) => code?.startsWith('57')),
      cause: error,
    })
  }
  const code = codeOf(error)
  if (code === '42501') {
    return configurationError(
      'database-permission',
      `The user ${session.target.user ?? ''} of ${session.target.source} may not do this: ${messageOf(error)}.`,
      {
        todo: [
          'Use the credential that owns the database; the ledger needs CREATE on it to make its schema release_phase.',
        ],
        sqlstate: code,
        cause: error,
      },
    )
  }
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error
  return failedError('database-error', `The database refused a step of the release: ${messageOf(error)}.`, {
    todo: [
      'Nothing of it stays half done. If the message does not help, `release doctor` looks for the cause.',
    ],
    sqlstate: code,
    cause: error,
  })
}
