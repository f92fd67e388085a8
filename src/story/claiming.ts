import type { Hooks } from '../core/hooks.js'
import type { Progress } from '../core/progress.js'
import type { Session } from '../postgres/session.js'
import { holdLock } from './locking.js'
import type { Claim } from './owning.js'
import type { World } from './world.js'

/** A session that may work on the database once it holds the lock. */
export interface Claiming {
  readonly session: Session
  readonly ends: AbortSignal
  /** What would cancel the session's statements, and cut it, soon after `ends`. */
  readonly cancel: { readonly dispose: () => void }
  readonly hooks: Hooks
  readonly progress: Progress
  /** Whose the database was before the lock was asked for. */
  readonly before: Extract<Claim, { go: true }>
  readonly examine: () => Promise<Claim>
}

/**
 * Takes the release lock. Who held it may have made the database its own, so after a wait it is looked at again.
 * Throws 75 when the lock was held for too long, 78 where the database is another app's by now.
 */
export async function claimUnderLock(
  world: World,
  { session, ends, hooks, before, examine }: Omit<Claiming, 'cancel' | 'progress'>,
): Promise<{ readonly claim: Claim; readonly lockWaitMs: number }> {
  await hooks.before('lock')
  const lockWaitMs = await holdLock(world, session, ends)
  await hooks.after('lock', { lock_wait_ms: Math.round(lockWaitMs) })
  return { claim: lockWaitMs > 50 ? await examine() : before, lockWaitMs }
}
