import { setTimeout as sleep } from 'node:timers/promises'
import { isLookedAfter, leashSession, type Leash, type LeashOptions } from '../postgres/leash.js'
import type { Session } from '../postgres/session.js'
import { keepSession } from './keeping.js'
import type { World } from './world.js'

// The server gives the sign of life up after ten seconds at the earliest; until then this process must know.
const keeping = { askMs: 1000, patienceMs: 3000 }

/**
 * Does work that holds the release lock, so that the server ends its session within about a second when this
 * process is gone, also where the server does not look after its clients by itself (PostgreSQL 13).
 */
export async function onLeash<Result>(
  { log }: Pick<World, 'log'>,
  session: Session,
  options: LeashOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  if (await isLookedAfter(session)) return await work()
  const leash = await leashSession(session, options).catch(() => undefined)
  if (leash === undefined) {
    const cause = 'there are no two connections left for it'
    log.warn('connect', `killed, this release would work on until its statement is over: ${cause}`)
    return await work()
  }
  const over = new AbortController()
  const kept = keep(leash, session, over.signal)
  try {
    return await work()
  } finally {
    over.abort()
    await kept
    await leash.release()
  }
}

/** A sign of life that was lost alone says nothing of the session, which must live on. */
async function keep(leash: Leash, session: Session, over: AbortSignal): Promise<void> {
  const lost = await keepSession(leash.alive, over, keeping)
  if (lost === undefined) return
  // Where the network took both, that is known a moment later.
  await sleep(100)
  if (session.lost() === undefined) await leash.slip()
}
