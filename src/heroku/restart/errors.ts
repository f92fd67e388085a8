import { formatDuration } from '../../core/duration.js'
import { ReleaseError, configurationError, failedError, usageError } from '../../core/errors.js'
import { nameSome } from '../../core/names.js'
import type { Dyno } from '../../core/restart.js'

/** How far a rolling restart had come when it stopped; all are names of dynos. */
export interface Progress {
  readonly app: string
  /** The command that goes on from there. */
  readonly resume: string
  /** Restarted, and up when last seen. */
  readonly restarted: readonly string[]
  /** Asked to restart, and not known to be up. */
  readonly underway: readonly string[]
  /** They still run the process they ran before. */
  readonly untouched: readonly string[]
}

/** A dyno crashed after its restart. `logs` are its last log lines, as many as could be had. */
export function crashedError(progress: Progress, dyno: Dyno, logs: readonly string[]): ReleaseError {
  const { app, resume } = progress
  const message =
    `${dyno.name} of ${app} crashed after its restart (${releaseOf(dyno)}, state ${dyno.state}), ` +
    `so the restart stopped there. ${standing(progress, dyno.name)}`
  return failedError('restart-crashed', message, {
    todo: [
      `Read why it crashed: heroku logs --num 200 --dyno ${dyno.name} --app ${app}`,
      'Mend it: set the missing config var, or deploy fixed code (a deploy replaces every dyno).',
      `If no deploy is needed, restart the rest: ${resume}`,
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
  const { app, resume } = progress
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
      `When it is up, restart the rest: ${resume}`,
    ],
    detail: late.fault === undefined ? [] : [`The list of dynos could not be read lately: ${late.fault}`],
  })
}

/** The time for the whole was over between two batches, while it waited for the quota of API requests. */
export function outOfTimeError(progress: Progress, deadlineMs: number): ReleaseError {
  const { app, resume } = progress
  const message = `The restart of ${app} did not come to its end within ${formatDuration(deadlineMs)}. ${standing(progress)}`
  return failedError('restart-timeout', message, { todo: [`Restart the rest: ${resume}`] })
}

/** The app did not answer as expected. `dyno` was restarted last, `logs` are its last log lines. */
export function unhealthyError(
  progress: Progress,
  found: {
    readonly url: string
    readonly fault: string
    readonly dyno: string | undefined
    readonly logs: readonly string[]
  },
): ReleaseError {
  const { app, resume } = progress
  const after = found.dyno === undefined ? '' : ` after the restart of ${found.dyno}`
  const message =
    `${app} does not answer as expected at ${found.url}${after} (${found.fault}), ` +
    `so the restart stopped there. ${standing(progress)}`
  return failedError('restart-unhealthy', message, {
    todo: [
      `Ask it yourself: curl -i ${found.url}, and read heroku logs --num 200 --app ${app}`,
      'Is the answer right as it is? Then RELEASE_HEALTH_STATUS and RELEASE_HEALTH_BODY expect another one.',
      `When it is mended, restart the rest: ${resume}`,
    ],
    detail: found.logs,
  })
}

/** A path is to be asked, and Heroku does not say where the app answers. */
export const noWebAddressError = (app: string, path: string): ReleaseError =>
  configurationError(
    'health-url',
    `Heroku names no address of ${app}, so ${path} of it cannot be asked for its health.`,
    { todo: [`Give a whole URL: RELEASE_HEALTH_PATH=https://www.example.com${path}`] },
  )

/** Some other error ended the restart halfway: the same error, saying how far the restart had come. */
export function brokenOff(progress: Progress, error: unknown): unknown {
  if (!(error instanceof ReleaseError) || error.code.startsWith('restart-')) return error
  if (progress.restarted.length === 0 && progress.underway.length === 0) return error
  const { code, exitCode, detail } = error
  const todo = [...error.todo, `Then restart the rest: ${progress.resume}`]
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

/** Somebody named dynos that cannot be restarted. */
export function unknownDynosError(
  app: string,
  unknown: readonly string[],
  listed: readonly Dyno[],
  known: readonly string[],
): ReleaseError {
  const outside = unknown.find((name) => listed.some((dyno) => dyno.name === name))
  const wrong = unknown.map((name) => `"${name}"`).join(' and ')
  const has = known.length === 0 ? 'It has none.' : `It has ${nameSome(known)}.`
  return usageError(`${app} has no dyno ${wrong} in its formation. ${has}`, {
    todo: [
      outside === undefined
        ? `See which it has: release status --app ${app}`
        : `A restart would end ${outside} for good. If that is meant: heroku ps:stop ${outside} --app ${app}`,
    ],
  })
}

/** What was done and what was not, without the dyno that the sentence before was about. */
function standing(progress: Progress, failed?: string): string {
  const restarted = progress.restarted.filter((name) => name !== failed)
  const underway = progress.underway.filter((name) => name !== failed)
  const { untouched } = progress
  return [
    restarted.length === 0 ? 'No other dyno was restarted.' : `Restarted and up: ${nameSome(restarted)}.`,
    ...(underway.length === 0
      ? []
      : [`${nameSome(underway)} ${underway.length === 1 ? 'was' : 'were'} just being restarted.`]),
    untouched.length === 0
      ? 'None was left to restart.'
      : `Not touched, still running as before: ${nameSome(untouched)}.`,
  ].join(' ')
}

function lastSeen(asked: Dyno, last: Dyno): string {
  if (last.id === asked.id) return `still listed as it was, state ${last.state}`
  return `${releaseOf(last)}, state ${last.state}`
}

function releaseOf(dyno: Dyno): string {
  return dyno.releaseVersion === undefined ? 'release unknown' : `release v${dyno.releaseVersion}`
}
