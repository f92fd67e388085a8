import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '../postgres/session.js'

const lookMs = 100

export interface Keeping {
  /** How long it is left alone between two questions. */
  readonly askMs: number
  /** How long an answer may take. */
  readonly patienceMs: number
}

const often: Keeping = { askMs: 5000, patienceMs: 15_000 }

/**
 * Watches over a session that must stand and has nothing to do, until `over` aborts. Asks it something every
 * few seconds, so that no router between takes the connection for dead, and one that is dead is found out.
 * Resolves with why it was lost, or undefined when it lived on.
 */
export async function keepSession(
  session: Session,
  over: AbortSignal,
  { askMs, patienceMs }: Keeping = often,
): Promise<Error | undefined> {
  let askedAt = performance.now()
  while (!over.aborted && session.lost() === undefined) {
    if (performance.now() - askedAt >= askMs) {
      if ((await ask(session, over, patienceMs)) === 'silent')
        return new Error('the server did not answer any more')
      askedAt = performance.now()
    }
    await sleep(lookMs, undefined, { signal: over }).catch(() => undefined)
  }
  return session.lost()
}

async function ask(
  session: Session,
  over: AbortSignal,
  patienceMs: number,
): Promise<'answered' | 'silent' | 'over'> {
  const answer = session.query('SELECT 1').then(
    () => 'answered' as const,
    // What went wrong is what `lost` says.
    () => 'answered' as const,
  )
  const patience = sleep(patienceMs, undefined, { signal: over }).then(
    // A process that was busy with something else has the answer, and has not looked at it.
    async () => await turn('silent' as const),
    () => 'over' as const,
  )
  return await Promise.race([answer, patience])
}
