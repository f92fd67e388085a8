import { failedError, ReleaseError, unavailableError } from '../core/errors.js'
import { statusOf, type CommandEnd } from '../shell/command.js'
import { meaningOf } from '../shell/exit-status.js'

/** A command that did not do its work. */
export interface FailedCommand {
  readonly name: string
  readonly end: CommandEnd
  /** Its last lines. */
  readonly tail: readonly string[]
}

const ownHistory = 'What it had applied by then, its own history says; the ledger has the attempt.'

/** A command that ended by itself, and not well (exit 1). */
export function commandFailed({ name, end, tail }: FailedCommand): ReleaseError {
  const status = statusOf(end)
  const { why, todo } = meaningOf(status)
  return failedError('command-failed', `${name} failed with exit status ${status}${why}.`, {
    detail: tail,
    state: ownHistory,
    todo: [todo],
  })
}

/** A command that was told to end, by a signal or because the deadline passed. */
export function commandStopped(reason: unknown, { name, tail }: FailedCommand): ReleaseError {
  const how = `It was at ${name}, which has ended.`
  const rest = { detail: tail, state: ownHistory }
  return reason instanceof ReleaseError
    ? new ReleaseError(reason.code, reason.exitCode, `${reason.message} ${how}`, {
        ...rest,
        todo: ['Run the command again to finish.', ...reason.todo],
      })
    : unavailableError('stopped', `Stopped. ${how}`, { ...rest, cause: reason })
}

/** A command that was ended because the lock was gone with its session (exit 69). */
export function commandWithoutLock(lost: Error, { name, tail }: FailedCommand): ReleaseError {
  return unavailableError(
    'lock-lost',
    `The connection that held the release lock was lost (${lost.message}) while ${name} ran, so that was ended.`,
    {
      detail: tail,
      state: 'What it had applied by then, its own history says.',
      todo: ['Run the command again.'],
      cause: lost,
    },
  )
}
