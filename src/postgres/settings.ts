import type { Session } from './session.js'

/**
 * Settings of a session that migrates: the role's own limits must not cut a migration off, and the server
 * shall notice within a second when this process is gone.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 * https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export async function prepareSession(session: Session, serverVersion: number): Promise<void> {
  const since = (version: number, statement: string) => (serverVersion >= version ? [statement] : [])
  await session.query(
    [
      'SET statement_timeout = 0',
      'SET idle_in_transaction_session_timeout = 0',
      ...since(140_000, 'SET idle_session_timeout = 0'),
      ...since(170_000, 'SET transaction_timeout = 0'),
      keepalivesOf(3),
    ].join('; '),
  )
  // Not every operating system can do it, and a migration works without.
  if (serverVersion >= 140_000) {
    await session.query("SET client_connection_check_interval = '500ms'").catch(() => undefined)
  }
}

/**
 * SQL after which the server gives a connection up within `5 + count` seconds when nothing comes back from the
 * client: a cable that was cut closes no connection. Keepalives rest while something that was sent is not
 * acknowledged; the user timeout is for that.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-TCP-USER-TIMEOUT
 */
export const keepalivesOf = (count: number): string =>
  [
    'SET tcp_keepalives_idle = 5',
    'SET tcp_keepalives_interval = 1',
    `SET tcp_keepalives_count = ${count}`,
    `SET tcp_user_timeout = ${(5 + count) * 1000}`,
  ].join('; ')
