import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryResultRow } from 'pg'
import { readBlockersOf, type Blocker } from './blockers.js'
import { connect, type Session } from './session.js'
import { keepalivesOf } from './settings.js'

export interface WatchOptions {
  /** How long a statement runs before the first look; later looks come at this pace too, then every second. */
  readonly lookAfterMs: number
  /** Called after each look that found somebody, with the session that looks. */
  readonly onBlocked?: (blockers: readonly Blocker[], second: Session) => Promise<void>
}

/** What a look is told to do besides: `ranForMs` is how long the statement has run. */
export type Look = (second: Session, blockers: readonly Blocker[], ranForMs: number) => Promise<void>

/** A session's queries, with somebody beside them who sees for whom they wait. */
export interface Watch {
  /** The session itself, its queries watched; one that is answered soon costs a timer and nothing more. */
  readonly session: Session
  /** Who was in the way when it was last seen; forgotten once told. */
  takeSeen(): readonly Blocker[]
  /** Runs `work` with `look` called at every look of the statements in it. */
  during<Result>(look: Look, work: () => Promise<Result>): Promise<Result>
  /** Ends the second connection, if there is one; the next slow statement opens another. */
  close(): Promise<void>
}

/**
 * Watches what a session waits for. A session that waits cannot look by itself, and once its `lock_timeout` has
 * passed, who blocked it can only be guessed; so a second connection looks, opened only when a statement runs
 * for longer than `lookAfterMs`. Where none is to be had, nothing is seen, and that is no error.
 */
export function watchSession(session: Session, options: WatchOptions): Watch {
  let seen: readonly Blocker[] = []
  let look: Look | undefined
  const second = secondSession(session)

  const lookOnce = async (startedAt: number, over: AbortSignal) => {
    const from = await second.get()
    if (from === undefined || over.aborted) return
    const blockers = await readBlockersOf(from, session.pid)
    if (blockers.length > 0) {
      seen = blockers
      await options.onBlocked?.(blockers, from)
    }
    if (!over.aborted) await look?.(from, blockers, performance.now() - startedAt)
  }

  const lookOn = async (startedAt: number, over: AbortSignal) => {
    while (!over.aborted) {
      await lookOnce(startedAt, over).catch(() => undefined)
      const paceMs = performance.now() - startedAt < 5000 ? options.lookAfterMs : 1000
      await sleep(paceMs, undefined, { signal: over }).catch(() => undefined)
    }
  }

  const query = async <Row extends QueryResultRow>(text: string, values?: unknown[]) => {
    const startedAt = performance.now()
    // Made when it is needed: thousands of statements are answered before anybody looks.
    let over: AbortController | undefined
    const timer = setTimeout(() => {
      over = new AbortController()
      void lookOn(startedAt, over.signal)
    }, options.lookAfterMs)
    try {
      const result = await session.query<Row>(text, values)
      // Whoever was in the way of this statement let it pass.
      if (performance.now() - startedAt > options.lookAfterMs) seen = []
      return result
    } finally {
      clearTimeout(timer)
      over?.abort()
    }
  }

  return {
    session: { ...session, query },
    takeSeen: () => {
      const taken = seen
      seen = []
      return taken
    },
    during: async (next, work) => {
      look = next
      try {
        return await work()
      } finally {
        look = undefined
      }
    },
    close: async () => {
      seen = []
      await second.close()
    },
  }
}

const patienceMs = 3000
const againAfterMs = 10_000

/** A connection that is made when it is first wanted, and not asked for again too soon where it was refused. */
function secondSession({ target }: Session) {
  let opening: Promise<Session | undefined> | undefined
  let refusedAt = -Infinity
  let stop = new AbortController()
  const open = async (signal: AbortSignal) => {
    try {
      return await openSecond(target, signal)
    } catch {
      if (!signal.aborted) refusedAt = performance.now()
      opening = undefined
      return undefined
    }
  }
  return {
    get: async (): Promise<Session | undefined> => {
      if (opening === undefined && performance.now() - refusedAt < againAfterMs) return undefined
      opening ??= open(stop.signal)
      const second = await opening
      if (second?.lost() !== undefined) opening = undefined
      return second
    },
    close: async () => {
      if (opening === undefined) return
      const left = opening
      opening = undefined
      stop.abort()
      stop = new AbortController()
      await (await left)?.end()
    },
  }
}

async function openSecond(target: Session['target'], signal: AbortSignal): Promise<Session> {
  const second = await connect(target, {
    applicationName: 'release-phase watch',
    waitMs: 0,
    attemptMs: patienceMs,
    signal,
  })
  try {
    // Whoever only looks must never be what somebody waits for.
    const limits = `SET statement_timeout = ${patienceMs}; SET lock_timeout = ${patienceMs}`
    await second.query(`${limits}; ${keepalivesOf(3)}`)
    return second
  } catch (error) {
    await second.end()
    throw error
  }
}
