import type { Blocker } from './blockers.js'
import type { Session } from './session.js'

/**
 * Ends the blockers that have been idle in a transaction for longer than `idleForMs`, and nobody else: whether it
 * is still so is asked in the same statement that ends it. Returns those that were ended. A session of another
 * role is left alone where this role may not end it.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
export async function endIdleBlockers(
  session: Session,
  blockers: readonly Blocker[],
  idleForMs: number,
): Promise<readonly Blocker[]> {
  const ended: Blocker[] = []
  for (const blocker of blockers) {
    if (blocker.idleMs === null || blocker.idleMs <= idleForMs) continue
    if (await end(session, blocker.pid, idleForMs).catch(() => false)) ended.push(blocker)
  }
  return ended
}

async function end(session: Session, pid: number, idleForMs: number): Promise<boolean> {
  const { rows } = await session.query<{ ended: boolean }>(
    `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
     WHERE pid = $1 AND state IN ('idle in transaction', 'idle in transaction (aborted)')
       AND state_change < clock_timestamp() - $2 * interval '1 ms'`,
    [pid, idleForMs],
  )
  return rows[0]?.ended === true
}
