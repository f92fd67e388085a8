import { formatDuration } from '../core/duration.js'
import { ReleaseError, failedError, usageError } from '../core/errors.js'
import type { Dyno } from '../core/restart.js'

/** How far a rolling restart had come when it stopped; all are names of dynos. */
export interface Progress {
  readonly app: string
  /** Restarted, and up when last seen. */
  readonly restarted: readonly string[]
  /** Asked to restart, and not known to be up. */
  readonly underway: string | undefined
  /** They still run the process they ran before. */
  readonly untouched: readonly string[]
}

/** A dyno crashed after its restart. `logs` are its last log lines, as many as could be had. */
export function crashedError(progress: Progress, dyno: Dyno, logs: readonly string[]): ReleaseError {
  const { app } = progress
  const message =
    `${dyno.name} of ${app} crashed after its restart (${releaseOf(dyno)}, state ${dyno.state}), ` +
    `so the restart stopped there. ${standing(progress, dyno.name)}`
  return failedError('restart-crashed', message, {
    todo: [
      `Read why it crashed: heroku logs --num 200 --dyno ${dyno.name} --app ${app}`,
      'Mend it: set the missing config var, or deploy fixed code (a deploy replaces every dyno).',
      `If no deploy is needed, restart the rest: release restart --app ${app}`,
      `To go back to older code, ask first whether it can run on this schema: release rollback vN --app ${app}`,
    ],
    detail: logs,
  })
}

/** A dyno was not up in time. `fault` is why the list of dynos could not be read lately. */
export function lateError(
  progress: Progress,
  dyno: Dyno,
  late: {
    readonly last: Dyno | undefined
    readonly waitedMs: number
    readonly fault: string | undefined
    readonly wholeDeadline: boolean
  },
): ReleaseError {
  const { app } = progress
  const limit = late.wholeDeadline
    ? 'before the time for the whole restart was over'
    : `within ${formatDuration(late.waitedMs)} of its restart`
  const seen = late.last === undefined ? 'it is no longer listed' : lastSeen(dyno, late.last)
  const message =
    `${dyno.name} of ${app} did not come up, and stay up, ${limit} (${seen}), ` +
    `so the restart stopped there. ${standing(progress, dyno.name)}`
  return failedError('restart-timeout', message, {
    todo: [
      `See what it does: heroku ps --app ${app}, and heroku logs --num 200 --dyno ${dyno.name} --app ${app}`,
      'If it is not listed, was the app scaled down meanwhile? Then nothing is wrong with it.',
      `When it is up, restart the rest: release restart --app ${app}`,
    ],
    detail: late.fault === undefined ? [] : [`The list of dynos could not be read lately: ${late.fault}`],
  })
}

/** Some other error ended the restart halfway: the same error, saying how far the restart had come. */
export function brokenOff(progress: Progress, error: unknown): unknown {
  if (!(error instanceof ReleaseError) || error.code.startsWith('restart-')) return error
  if (progress.restarted.length === 0 && progress.underway === undefined) return error
  const { code, exitCode, todo, detail } = error
  return new ReleaseError(code, exitCode, `${error.message} ${standing(progress)}`, { todo, detail })
}

/** Somebody asked for process types that cannot be restarted. */
export function unknownTypesError(
  app: string,
  unknown: readonly string[],
  known: readonly string[],
): ReleaseError {
  const wrong = unknown.map((type) => `"${type}"`).join(' and ')
  const has = known.length === 0 ? 'no process types yet' : known.join(', ')
  return usageError(`${app} has no process type ${wrong} to restart. It has ${has}.`, {
    todo: ['Name one of those, or leave out --type to restart them all.'],
  })
}

/** What was done and what was not, without the dyno that the sentence before was about. */
function standing(progress: Progress, failed?: string): string {
  const restarted = progress.restarted.filter((name) => name !== failed)
  const { underway, untouched } = progress
  return [
    restarted.length === 0 ? 'No other dyno was restarted.' : `Restarted and up: ${names(restarted)}.`,
    ...(underway === undefined || underway === failed ? [] : [`${underway} was just being restarted.`]),
    untouched.length === 0
      ? 'None was left to restart.'
      : `Not touched, still running as before: ${names(untouched)}.`,
  ].join(' ')
}

/** At most ten names: a formation may have a hundred. */
function names(all: readonly string[]): string {
  if (all.length <= 10) return all.join(', ')
  return `${all.slice(0, 9).join(', ')} and ${all.length - 9} more`
}

function lastSeen(asked: Dyno, last: Dyno): string {
  if (last.id === asked.id) return `still listed as it was, state ${last.state}`
  return `${releaseOf(last)}, state ${last.state}`
}

function releaseOf(dyno: Dyno): string {
  return dyno.releaseVersion === undefined ? 'release unknown' : `release v${dyno.releaseVersion}`
}
