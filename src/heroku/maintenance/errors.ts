import { formatDuration } from '../../core/duration.js'
import { failedError, type ReleaseError } from '../../core/errors.js'
import { describeTypes } from '../../core/maintenance.js'
import type { Dyno, ProcessType } from '../../core/restart.js'

/** Dynos that go on although their process types were scaled to zero. */
export function stillRunning(app: string, left: readonly Dyno[], fault: string | undefined): ReleaseError {
  const seen = left.length === 0 ? 'The list of dynos could not be read' : `${list(left)} did not stop`
  return failedError('maintenance-timeout', `${seen} after the processes of ${app} were scaled to zero.`, {
    detail: unread(fault),
    todo: [`Look: heroku ps --app ${app}. Then run the command again.`],
  })
}

/** Not up in time. */
export function stillStarting(
  { app, deadlineMs }: { readonly app: string; readonly deadlineMs: number },
  types: readonly ProcessType[],
  dynos: readonly Dyno[],
  fault: string | undefined,
): ReleaseError {
  return failedError(
    'maintenance-timeout',
    `The processes of ${app} (${describeTypes(types)}) were not all up within ${formatDuration(deadlineMs)}.`,
    {
      detail: [...(dynos.length === 0 ? [] : [`last seen: ${list(dynos)}`]), ...unread(fault)],
      todo: [`See what they do: heroku ps --app ${app}, and heroku logs --num 200 --app ${app}`],
    },
  )
}

/** `logs` are its last log lines, as many as could be had. */
export function crashedOnStart(app: string, { name }: Dyno, logs: readonly string[]): ReleaseError {
  return failedError('maintenance-crashed', `${name} of ${app} crashed when it was started again.`, {
    detail: logs,
    todo: [`Read why: heroku logs --num 200 --dyno ${name} --app ${app}`],
  })
}

const list = (dynos: readonly Dyno[]) => dynos.map(({ name, state }) => `${name} (${state})`).join(', ')

const unread = (fault: string | undefined) =>
  fault === undefined ? [] : [`The list of dynos could not be read lately: ${fault}`]
