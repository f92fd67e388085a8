import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, QueryResult, QueryResultRow } from 'pg'
import { pauseMs } from '../core/retry.js'
import { requestCancel } from './cancel-request.js'
import { endsSession, explainConnectError, mayComeUp, poolerError } from './connect-errors.js'
import { expectFirstAnswer } from './first-answer.js'
import type { Target } from './url.js'

/** One connection. `query` speaks the simple protocol unless it is given values. */
export interface Session {
  readonly target: Target
  /** The backend's process id as the connection was told it. */
  readonly pid: number
  readonly client: Client
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<QueryResult<Row>>
  /** Several statements in one message; a result for each. */
  queries(text: string): Promise<QueryResult[]>
  /** Why the connection was lost, once it is. */
  lost(): Error | undefined
  end(): Promise<void>
  /** Destroys the socket; the server notices by itself. */
  cut(): void
  /** Asks the server to cancel what runs here, on a connection that needs no session. Never rejects. */
  cancel(): Promise<void>
  /** How many statements the server has completed here. */
  completed(): number
  /** What the last ReadyForQuery said. */
  status(): 'idle' | 'in transaction' | 'failed'
  /**
   * How the last transaction ended. A COMMIT of a failed one answers ROLLBACK, and so does ROLLBACK TO SAVEPOINT.
   * https://www.postgresql.org/docs/current/protocol-message-formats.html (CommandComplete)
   */
  lastEnd(): 'COMMIT' | 'ROLLBACK' | undefined
}

export interface ConnectOptions {
  /** Shown in pg_stat_activity; PostgreSQL cuts it at 63 bytes. */
  readonly applicationName: string
  /** How long to go on trying a database that refuses because it is starting or full. */
  readonly waitMs: number
  /** The longest a single attempt may take. */
  readonly attemptMs?: number
  readonly signal?: AbortSignal | undefined
  /** Called once when the first attempt was refused and another will follow. */
  readonly onWait?: (reason: string) => void
}

/**
 * Connects, waiting for a database that is about to come up. Errors are ReleaseErrors: 69 where it cannot be
 * reached, 78 where the URL must be wrong.
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Session> {
  const startedAt = performance.now()
  const elapsedMs = () => performance.now() - startedAt
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptConnection(target, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      const explained = explainConnectError(error, target, elapsedMs())
      const waitMs = pauseMs(attempt, 300, 2000)
      if (!mayComeUp(error) || elapsedMs() + waitMs > options.waitMs) throw explained
      if (attempt === 1) options.onWait?.(explained.message)
      await sleep(waitMs, undefined, { signal: options.signal })
    }
  }
}

async function attemptConnection(target: Target, options: ConnectOptions): Promise<Session> {
  let lost: Error | undefined
  const attemptMs = options.attemptMs ?? 8000
  // Commands that need no database must not pay for its driver.
  const pg = await import('pg')
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ssl: target.ssl,
    application_name: options.applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: attemptMs,
  })
  client.on('error', (error) => {
    lost ??= error
  })
  // A server that accepts and never answers must not keep a stopped command waiting.
  const cut = () => internals(client).connection?.stream?.destroy()
  options.signal?.addEventListener('abort', cut, { once: true })
  try {
    options.signal?.throwIfAborted()
    await client.connect()
  } catch (error) {
    await endQuietly(client)
    throw error
  } finally {
    options.signal?.removeEventListener('abort', cut)
  }
  const pid = internals(client).processID ?? 0
  let completed = 0
  let lastEnd: 'COMMIT' | 'ROLLBACK' | undefined
  internals(client).connection?.on('commandComplete', ({ text }) => {
    completed += 1
    if (text === 'COMMIT' || text === 'ROLLBACK') lastEnd = text
  })
  const answerOf = expectFirstAnswer(target, attemptMs, cut)
  const ask = async <Answer>(question: () => Promise<Answer>) => {
    try {
      return await answerOf(question)
    } catch (error) {
      // The error of the statement arrives before the end of the connection that it tells of.
      if (error instanceof Error && endsSession(error)) lost ??= error
      throw error
    }
  }
  return {
    target,
    pid,
    client,
    query: async (text, values) => await ask(async () => await client.query(text, values)),
    queries: async (text) => {
      const result: unknown = await ask(async () => await client.query(text))
      return (Array.isArray(result) ? result : [result]) as QueryResult[]
    },
    lost: () => lost,
    end: async () => await endQuietly(client),
    cut,
    cancel: async () => await requestCancel(target, pid, internals(client).secretKey ?? 0),
    completed: () => completed,
    status: () => statusOf(client),
    lastEnd: () => lastEnd,
  }
}

const statuses = { I: 'idle', T: 'in transaction', E: 'failed' } as const

function statusOf(client: Client): 'idle' | 'in transaction' | 'failed' {
  return statuses[client.getTransactionStatus() ?? 'I']
}

/** What `pg` keeps to itself and this needs: the backend's id and key, the socket, and the messages as they come. */
interface ClientInternals {
  readonly processID: number | null
  readonly secretKey: number | null
  readonly connection?: {
    readonly stream?: { readonly destroyed?: boolean; destroy(): void }
    on(event: 'commandComplete', listener: (message: { readonly text: string }) => void): void
  }
}

const internals = (client: Client) => client as unknown as ClientInternals

/** Ends a connection politely, and cuts it when the server does not answer within a second. */
async function endQuietly(client: Client): Promise<void> {
  // pg waits for the end of a connection that has ended already.
  if (internals(client).connection?.stream?.destroyed === true) return
  const timer = new AbortController()
  const cut = sleep(1000, undefined, { signal: timer.signal }).then(
    () => internals(client).connection?.stream?.destroy(),
    () => undefined,
  )
  await Promise.race([client.end().catch(() => undefined), cut])
  timer.abort()
}

/** Opens a session for one piece of work and ends it whatever happens. */
export async function withSession<Result>(
  target: Target,
  options: ConnectOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await connect(target, options)
  try {
    return await work(session)
  } finally {
    await session.end()
  }
}

/**
 * PgBouncer and its kin hand out a process id of their own for cancel requests, so it differs from the
 * backend that a query reaches. Throws a configuration error (78) when it does.
 */
export function refusePooler(session: Session, backendPid: number): void {
  if (session.pid !== 0 && session.pid !== backendPid) {
    throw poolerError(session.target, 'its sessions are not the server’s')
  }
}
