import { setTimeout as sleep } from 'node:timers/promises'
import { literal } from './identifiers.js'
import { connect, withSession, type Session } from './session.js'
import { keepalivesOf } from './settings.js'

/**
 * Whether the server looks after the client of this session while it runs a statement.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export async function isLookedAfter(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ interval: string | null }>(
    `SELECT current_setting('client_connection_check_interval', true) AS interval`,
  )
  return !['', '0'].includes(rows[0]?.interval ?? '')
}

/** What ends a session on the server once this process is gone. */
export interface Leash {
  /** The sign of life: idle, because an idle session ends as soon as its client is gone. */
  readonly alive: Session
  /** Takes the leash off a session that lives on while its sign of life was lost. Never rejects. */
  slip(): Promise<void>
  /** Takes it off at the end; a session whose connection was lost is ended on the server first. Never rejects. */
  release(): Promise<void>
}

export interface LeashOptions {
  readonly signal?: AbortSignal | undefined
  /** How long the sign of life must be gone: the time that a process which lives has to `slip`. */
  readonly graceMs?: number
}

const attemptMs = 3000
const defaultGraceMs = 1500
const applicationName = 'release-phase leash'

/**
 * Before PostgreSQL 14 a backend does not look after its client while it works: killed in the middle of a
 * statement, a release would hold its locks until that is over. So two more sessions stand beside it. One is idle,
 * the sign of life; the other looks on the server, ten times a second, whether that one is there. Once it has
 * been gone for the grace, and the session still runs the statement that it ran before, the session is ended: one
 * that has begun another statement since has a client that lives.
 *
 * Rejects where no two connections are to be had.
 */
export async function leashSession(session: Session, options: LeashOptions = {}): Promise<Leash> {
  const { signal, graceMs = defaultGraceMs } = options
  const join = async () => await connect(session.target, { applicationName, waitMs: 0, attemptMs, signal })
  const joined = await Promise.allSettled([join(), join()])
  const sessions = joined.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const [alive, watcher] = sessions
  try {
    if (alive === undefined || watcher === undefined) throw new Error('no connections left for a leash')
    // Where the network is gone, the connection of the session must be dead before this one is.
    await alive.query(keepalivesOf(6))
    await watcher.query(`${keepalivesOf(3)}; SET statement_timeout = 0; SET lock_timeout = 0`)
    const [held, sign] = [await rowOf(session), await rowOf(alive)]
    return hold(session, alive, watcher, { held, watchSql: watchFor(held, sign, graceMs) })
  } catch (error) {
    await Promise.all(sessions.map(async (one) => await one.end()))
    throw error
  }
}

const startedAt = `to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`

/** A condition that holds for the session's row of pg_stat_activity and, as process ids recur, for no other ever. */
async function rowOf(session: Session): Promise<string> {
  const { rows } = await session.query<{ pid: number; at: string }>(
    `SELECT pid, ${startedAt} AS at FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the server does not list the session that asks')
  return `pid = ${row.pid} AND ${startedAt} = ${literal(row.at)}`
}

const released = `${applicationName} off`

// It commits at every turn, so that no snapshot of it is old and nobody's index build waits for it.
const watchFor = (held: string, sign: string, graceMs: number) => `
DO $leash$ -- ends a release's session when its process is gone
DECLARE name text; gone timestamptz;
BEGIN
  LOOP
    SELECT application_name INTO name FROM pg_stat_activity WHERE ${sign};
    EXIT WHEN name = '${released}' OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE ${held});
    gone := CASE WHEN name IS NULL THEN coalesce(gone, clock_timestamp()) END;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE ${held} AND state = 'active' AND query_start < gone
      AND clock_timestamp() > gone + interval '${graceMs} ms';
    COMMIT;
    PERFORM pg_sleep(0.1);
  END LOOP;
END $leash$`

const releaseMs = 3000

function hold(
  session: Session,
  alive: Session,
  watcher: Session,
  { held, watchSql }: { readonly held: string; readonly watchSql: string },
): Leash {
  const state = { watches: true, slipped: false }
  const stop = () => void (state.watches = false)
  const over = watcher.query(watchSql).then(stop, stop)
  // While it is watched, the sign of life must not go.
  const ended = over.then(async () => await Promise.all([alive.end(), watcher.end()]))
  const slip = async () => {
    state.slipped = true
    const deadline = performance.now() + releaseMs
    while (state.watches && performance.now() < deadline) {
      await watcher.cancel()
      await Promise.race([over, sleep(100)])
    }
  }
  return {
    alive,
    slip,
    release: async () => {
      const isLost = session.lost() !== undefined
      // Its backend may be at work, and nobody waits for that any more.
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${held}`
      const last = `${isLost ? `${end}; ` : ''}SET application_name = '${released}'`
      if (!state.slipped) alive.query(last).catch(() => undefined)
      else if (isLost) await askOnce(session, end)
      await Promise.race([ended, sleep(releaseMs)])
      if (!isLost) await slip()
    },
  }
}

async function askOnce({ target }: Session, sql: string): Promise<void> {
  const options = { applicationName, waitMs: 0, attemptMs }
  await withSession(target, options, async (session) => await session.query(sql)).catch(() => undefined)
}
