/** A release as a rollback looks at it. */
export interface PastRelease {
  readonly id: string
  readonly version: number
  /** `pending`, `succeeded`, `failed` or `expired`. */
  readonly status: string
  readonly current: boolean
  readonly description: string
  readonly by: string | undefined
  readonly createdAt: Date
  readonly slugId: string | undefined
  /** As the platform says; undefined where it does not. */
  readonly eligible: boolean | undefined
}

/**
 * Why a release cannot be rolled back to, as the end of a sentence; undefined where nothing is known against it.
 * https://devcenter.heroku.com/articles/releases#rollback
 */
export function whyNotEligible(release: PastRelease): string | undefined {
  const { status, current, description, slugId, eligible } = release
  if (current) return 'it is the current release'
  if (status === 'failed') return 'its release command failed, so it never served'
  if (status === 'pending') return 'its release command has not ended yet'
  if (status === 'expired') return 'it has expired: Heroku does not keep its code any more'
  // On Fir a release has an image in place of a slug.
  if (slugId === undefined && eligible !== true) return `it has no code (${description})`
  return eligible === false ? `Heroku does not allow it (${description})` : undefined
}

// Longer than Heroku lets a release phase run; after an incident a release may stay pending for ever.
// https://devcenter.heroku.com/articles/release-phase
const longestPhaseMs = 65 * 60_000

/** True while the release command of a release may still be running. */
export const isUnderWay = ({ status, createdAt }: PastRelease, now: Date): boolean =>
  status === 'pending' && now.getTime() - createdAt.getTime() < longestPhaseMs

/** True for a release that is itself a rollback to `target`. */
export const isRollbackTo = (release: PastRelease, target: PastRelease): boolean =>
  release.version > target.version &&
  release.slugId === target.slugId &&
  new RegExp(`^Rollback to v${target.version}\\b`, 'i').test(release.description)

/**
 * The rollback to `target` that exists already: the current release, or one that is under way after it.
 * `releases` are those newer than the target, newest first.
 */
export function findRollback(
  releases: readonly PastRelease[],
  target: PastRelease,
  now: Date,
): PastRelease | undefined {
  const live = releases.find((release) => release.current || isUnderWay(release, now))
  return live !== undefined && isRollbackTo(live, target) ? live : undefined
}
