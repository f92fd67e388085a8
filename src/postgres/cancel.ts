import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Session } from './session.js'

/**
 * When `signal` aborts, cancels what the session runs, from a second connection: ending the client alone would
 * leave the statement running with its locks. The server answers the session with 57014 and it can roll back.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 *
 * A cancel can fall between two statements, so it is repeated until `dispose` is called; after three seconds
 * the session's own socket is cut, which the server notices by itself. Call `dispose` when the work is over.
 */
export function cancelOnAbort(session: Session, signal: AbortSignal): { dispose(): void } {
  const over = new AbortController()
  const onAbort = () => void cancelUntil(session, over.signal)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    dispose: () => {
      over.abort()
      signal.removeEventListener('abort', onAbort)
    },
  }
}

const patienceMs = 3000

async function cancelUntil(session: Session, over: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([over, AbortSignal.timeout(patienceMs)])
  const second = await connect(session.target, {
    applicationName: 'release-phase cancel',
    waitMs: 0,
    attemptMs: patienceMs,
  }).catch(() => undefined)
  if (second !== undefined) {
    await cancelAgainAndAgain(second, session.pid, deadline)
    await second.end()
  }
  if (!over.aborted) session.cut()
}

async function cancelAgainAndAgain(second: Session, pid: number, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await second.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined)
    await sleep(400, undefined, { signal: until }).catch(() => undefined)
  }
}
