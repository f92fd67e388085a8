import { ReleaseError } from '../../core/errors.js'
import type { MigrateOutcome } from '../../core/outcome.js'
import type { TailReport } from '../../core/tail/report.js'
import { askPlatform } from '../asking.js'
import type { World } from '../world.js'
import { limitsOf } from './subject.js'
import { tailUntilStable } from './tailing.js'

/** What became of `--after-migrate`: what was seen, or why nothing was followed. */
export type Aftermath = { readonly report: TailReport } | { readonly report?: never; readonly reason: string }

/**
 * Follows the log after a migration by hand, `migrated`, from the lines since it began. Throws at once, and before
 * anything is migrated, where the log could not be followed: 78 without an app or a token.
 */
export async function withAftermath(
  world: World,
  migrated: () => Promise<MigrateOutcome>,
): Promise<{ readonly outcome: MigrateOutcome; readonly tail: Aftermath }> {
  if (world.surroundings.inReleasePhase) {
    const reason = 'the new dynos boot only when this command has succeeded'
    return { outcome: await migrated(), tail: { reason } }
  }
  limitsOf(world)
  await askPlatform(world, 'tail')
  const since = new Date()
  const outcome = await migrated()
  if (outcome.outcome === 'skipped' || (outcome.applied.length === 0 && outcome.restart?.restarted !== true))
    return { outcome, tail: { reason: 'nothing was applied' } }
  try {
    return { outcome, tail: { report: await tailUntilStable(world, { since }) } }
  } catch (error) {
    throw afterMigration(error, outcome)
  }
}

/** What failed is the following alone; a person must not think that the migrations did. */
function afterMigration(error: unknown, { applied }: MigrateOutcome): unknown {
  if (!(error instanceof ReleaseError)) return error
  const { code, exitCode, message, detail, todo } = error
  return new ReleaseError(code, exitCode, message, {
    detail,
    state: `What was pending is applied and recorded (${applied.length}); only the log was not followed to the end.`,
    todo: [...todo, 'Follow it again: release tail'],
    cause: error,
  })
}
