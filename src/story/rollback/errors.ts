import { formatDuration } from '../../core/duration.js'
import { failedError, tryAgainError } from '../../core/errors.js'
import { formatSince } from '../../core/moment.js'
import type { RollbackPlan } from '../../core/rollback/plan.js'
import type { PastRelease } from '../../core/rollback/release.js'

/** `why` is the end of a sentence. */
export const refusedError = ({ app, target }: RollbackPlan, why: string) =>
  failedError('rollback-refused', `${app} cannot be rolled back to v${target.version}: ${why}.`, {
    todo: [`See which releases can be: heroku releases --app ${app}`],
  })

export const underwayError = ({ app, at }: RollbackPlan, other: PastRelease) =>
  tryAgainError(
    'release-pending',
    `v${other.version} of ${app} is under way (${other.description}, ${formatSince(other.createdAt, at)}); what comes of a rollback meanwhile nobody can say.`,
    {
      todo: [
        `Wait for it, then run this again: heroku releases:output v${other.version} --app ${app}`,
        `Or end its release command, which heroku ps --app ${app} names: heroku ps:stop release.N --app ${app}`,
      ],
    },
  )

/** The release command was still running at the deadline. */
export const pendingError = ({ app }: RollbackPlan, version: number, deadlineMs: number) =>
  failedError('deadline', `v${version} of ${app} was still pending after ${formatDuration(deadlineMs)}.`, {
    todo: [
      `See what its release command does: heroku releases:output v${version} --app ${app}`,
      'Heroku ends it after an hour; the release before goes on serving until it has succeeded.',
    ],
  })

export function failedPhaseError(plan: RollbackPlan, version: number, output: readonly string[]) {
  const { app, target, current } = plan
  const serving = current === undefined ? '' : `; v${current.version} goes on serving`
  return failedError(
    'rollback-failed',
    `v${version}, the rollback of ${app} to v${target.version}, failed in its release phase${serving}.`,
    {
      detail: output,
      state: 'Nothing has changed but what its release command did to the database.',
      todo: [
        `Read all of it: heroku releases:output v${version} --app ${app}`,
        'If that release command cannot bear this database, deploy the old code with a newer one instead.',
      ],
    },
  )
}

export const crashedError = (app: string, version: number, dyno: string, lines: readonly string[]) =>
  failedError('rollback-crashed', `${dyno} of ${app} crashed on v${version}, which is the current release.`, {
    detail: lines,
    todo: [
      `Read why: heroku logs --num 200 --dyno ${dyno} --app ${app}`,
      'The release before may be the lesser evil: release rollback vN shows what that would mean.',
    ],
  })

/** `lacking` are process types with their counts: `web 1 of 2`. */
export const lateError = (app: string, version: number, lacking: readonly string[], waitedMs: number) =>
  failedError(
    'rollback-timeout',
    `Not every dyno of ${app} was up on v${version} within ${formatDuration(waitedMs)}: ${lacking.join(', ')}.`,
    { todo: [`See what they do: heroku ps --app ${app}, and heroku logs --num 200 --app ${app}`] },
  )
