import { formatDuration } from '../core/duration.js'
import { tryAgainError, type ReleaseError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { shownPath } from '../migrations/failure.js'
import { describeBlockers, describeSessions, guessBlockers, type Blocker } from '../postgres/blockers.js'
import { endIdleBlockers } from '../postgres/idle-blockers.js'
import type { Session } from '../postgres/session.js'
import { watchSession, type Watch } from '../postgres/watch.js'
import type { Bound } from './deadline.js'
import type { World } from './world.js'

/** Beside the session that migrates, somebody who sees for whom it waits. */
export function watchOver(world: World, session: Session): Watch {
  return watchSession(session, {
    lookAfterMs: Math.min(300, Math.ceil(world.config.lockTimeoutMs / 4)),
    onBlocked: async (blockers, second) => await endIdle(world, second, blockers),
  })
}

/** Ends those that only keep a transaction open, if the settings say so, and tells of each. */
export async function endIdle(
  { config, log }: World,
  session: Session,
  blockers: readonly Blocker[],
): Promise<void> {
  if (config.endIdleBlockersMs === undefined) return
  for (const ended of await endIdleBlockers(session, blockers, config.endIdleBlockersMs)) {
    log.warn(
      'apply',
      `ended a session that was idle in its transaction for ${formatDuration(ended.idleMs ?? 0)} (RELEASE_END_IDLE_BLOCKERS): ${describeSessions([ended])}`,
      { ended },
    )
  }
}

interface Watched {
  readonly session: Session
  readonly watch: Watch
}

interface Retried extends Watched {
  readonly lockRetry: Bound
}

interface Refused {
  readonly name: string
  /** SQLSTATE of what ended the attempt. */
  readonly failedWith: string
  readonly attempt: number
  readonly pauseMs: number
}

/** The line of an attempt that ended because of a lock: what happened, when it is tried again, who was in the way. */
export async function tellLockTimeout(
  { config, log }: World,
  watched: Watched,
  { name, failedWith, attempt, pauseMs }: Refused,
): Promise<void> {
  const blockers = await findBlockers(watched)
  const what =
    failedWith === '40P01'
      ? 'deadlock with another session'
      : `no table lock within ${formatDuration(config.lockTimeoutMs)}`
  log.warn(
    'apply',
    `${name}: ${what} (attempt ${attempt}), again in ${formatDuration(pauseMs)}; ${describeBlockers(blockers)}`,
    { blockers },
  )
}

/** The error of a migration whose time for table locks is over (75), with who was in the way. */
export async function tableLockTimeout(
  retried: Retried,
  { file, state, cause }: { file: MigrationFile; state: string; cause: unknown },
): Promise<ReleaseError> {
  return tryAgainError(
    'table-lock-timeout',
    `${shownPath(file)} did not get its table lock in ${formatDuration(retried.lockRetry.waitMs)}.`,
    {
      detail: [describeBlockers(await findBlockers(retried))],
      state,
      todo: [
        `End what blocks it (heroku pg:ps, heroku pg:kill PID), release again when it is quieter, or try for longer: ${retried.lockRetry.setting}`,
      ],
      sqlstate: '55P03',
      cause,
    },
  )
}

/** Who was seen in the way; where nobody looked in time, who may have been. */
async function findBlockers(watched: Watched): Promise<readonly Blocker[]> {
  const seen = watched.watch.takeSeen()
  return seen.length > 0 ? seen : await guessBlockers(watched.session).catch(() => [])
}
