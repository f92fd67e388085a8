import type { PastRelease } from './release.js'

/** A migration as the ledger or the history table knows it. */
export interface RanMigration {
  readonly name: string
  readonly at: Date
  /** `v42`; null: the run did not know, as by hand. */
  readonly release: string | null
}

/**
 * Those that ran since `target` was replaced. The release that ran one says so, where it knew; else its time does:
 * the release after `target` begins when Heroku makes it, and its release command runs then. What ran by hand while
 * `target` was the current release, its code has met. `newer` are the releases after it.
 */
export function ranSince(
  migrations: readonly RanMigration[],
  target: PastRelease,
  newer: readonly PastRelease[],
): readonly RanMigration[] {
  const replacedAtMs = Math.min(...newer.map(({ createdAt }) => createdAt.getTime()))
  return migrations.filter(({ release, at }) => {
    const version = versionOf(release)
    return version === undefined ? at.getTime() >= replacedAtMs : version > target.version
  })
}

const versionOf = (release: string | null): number | undefined => {
  const digits = /^v(\d+)$/.exec(release ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
