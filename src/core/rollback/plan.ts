import { isUnknown, type Known } from '../status.js'
import { findRollback, isUnderWay, whyNotEligible, type PastRelease } from './release.js'
import { judgeReleaseCommand, type CommandVerdict } from './release-command.js'
import { ranSince, type RanMigration } from './since.js'

/** What was found out about a rollback. */
export interface RollbackFacts {
  readonly app: string
  readonly at: Date
  readonly target: PastRelease
  /** Undefined: the app never had one that succeeded. */
  readonly current: PastRelease | undefined
  /** Those after the target, newest first. */
  readonly newer: readonly PastRelease[]
  /** The release command of the target; null: it has none. */
  readonly releaseCommand: Known<{ readonly text: string | null; readonly commit: string | undefined }>
  /** What the database has applied. */
  readonly applied: Known<{ readonly migrations: readonly RanMigration[] }>
}

/** What a rollback would mean, as plain data. */
export interface RollbackPlan extends RollbackFacts {
  /** Why it cannot be done, as the end of a sentence; undefined: nothing is known against it. */
  readonly refused: string | undefined
  /** The rollback that exists already: it is current, or under way. */
  readonly existing: PastRelease | undefined
  /** Another release that is under way. */
  readonly underway: PastRelease | undefined
  readonly since: Known<{ readonly migrations: readonly RanMigration[] }>
  readonly commandVerdict: Known<CommandVerdict>
  /** What a person should read before it is done; nothing speaks against it when it is empty. */
  readonly warnings: readonly string[]
}

/** Draws the conclusions. */
export function planRollback(facts: RollbackFacts): RollbackPlan {
  const { at, target, newer, applied, releaseCommand } = facts
  const existing = findRollback(newer, target, at)
  const since = isUnknown(applied) ? applied : { migrations: ranSince(applied.migrations, target, newer) }
  const commandVerdict = isUnknown(releaseCommand)
    ? releaseCommand
    : judgeReleaseCommand(releaseCommand.text ?? undefined)
  const underway = newer.find((release) => isUnderWay(release, at) && release !== existing)
  // floor: a contract migration that has run sets the oldest version that may be rolled back to; refused below it.
  const refused = whyNotEligible(target)
  const plan = { ...facts, existing, underway, since, commandVerdict, refused }
  return { ...plan, warnings: existing === undefined ? warningsOf(plan) : [] }
}

function warningsOf({ target, since, commandVerdict, underway }: Omit<RollbackPlan, 'warnings'>): string[] {
  const name = `v${target.version}`
  const count = isUnknown(since) ? undefined : since.migrations.length
  const warnings: string[] = []
  if (count === undefined) warnings.push('which migrations ran since is not known')
  else if (count > 0)
    warnings.push(
      `${count} ${count === 1 ? 'migration' : 'migrations'} ran since, which the code of ${name} has never met`,
    )
  if (isUnknown(commandVerdict)) warnings.push(`the release command of ${name} is not known`)
  else if (count !== 0 && commandVerdict.verdict === 'refuses')
    warnings.push(`the release command of ${name} will probably fail: ${commandVerdict.why}`)
  else if (count !== 0 && commandVerdict.verdict === 'unknown')
    warnings.push(`whether the release command of ${name} accepts this database is not known`)
  if (underway !== undefined) warnings.push(`v${underway.version} is under way`)
  return warnings
}
