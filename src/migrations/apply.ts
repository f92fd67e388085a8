import { setTimeout as sleep } from 'node:timers/promises'
import { pauseMs } from '../core/retry.js'
import { buildMigration, callingLine, type BuiltMigration, type SqlStep } from './build.js'
import type { MigrationConnection } from './connection.js'
import { asDatabaseFailure, StatementError } from './failure.js'
import { workOnIndex } from './index-work.js'
import type { LoadedMigration } from './load.js'
import { splitStatements, type Waits } from './statements.js'

/** How one migration went, for the ledger. */
export interface Attempted {
  readonly inTransaction: boolean
  readonly durationMs: number
  readonly lockWaitMs: number
  readonly attempts: number
}

export interface ApplyOptions {
  readonly connection: MigrationConnection
  readonly searchPath: string
  readonly decamelize: boolean
  readonly lockTimeoutMs: number
  readonly lockRetryMs: number
  readonly signal?: AbortSignal | undefined
  /** The statement that writes history and ledger; sent in the migration's own transaction. */
  readonly record: (attempted: Attempted) => string
  /** A lock was not to be had in time (55P03), or a deadlock was broken (40P01); tried again after the pause. */
  readonly onLockTimeout: (sqlstate: string, attempt: number, pauseMs: number) => Promise<void>
  /** Runs a statement that waits for others by design, outside a transaction. */
  readonly patiently: (waits: Waits, work: () => Promise<void>) => Promise<void>
  /** Whether an earlier run may have done part of this migration without recording it. */
  readonly wasInterrupted: () => Promise<boolean>
  readonly onLog?: (line: string) => void
  /** The migration ended its transaction by itself. */
  readonly onOwnCommit: () => void
}

/** Thrown by a failed attempt, with what the ledger keeps of it. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError'
  readonly attempted: Attempted
  /** Statements of a migration without a transaction that stay applied. */
  readonly stayed: number
  /** The migration had ended its transaction by itself, so what ran before that stays applied. */
  readonly ownCommit: boolean

  constructor(cause: unknown, attempted: Attempted, kept: { stayed: number; ownCommit: boolean }) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.attempted = attempted
    this.stayed = kept.stayed
    this.ownCommit = kept.ownCommit
  }
}

// Lock not available, deadlock detected: rolled back without a trace, so the same again may succeed.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const worthRetrying = new Set(['55P03', '40P01'])

/**
 * Applies one migration: in a transaction of its own with `lock_timeout`, as often as the retry budget allows,
 * or statement by statement where it asked for no transaction.
 */
export async function applyMigration(migration: LoadedMigration, options: ApplyOptions): Promise<Attempted> {
  const startedAt = performance.now()
  let lockWaitMs = 0
  for (let attempt = 1; ; attempt++) {
    const attemptAt = performance.now()
    const tally = { begun: false, inTransaction: true, asked: 0, stayed: 0 }
    const attempted = (): Attempted => ({
      inTransaction: tally.inTransaction,
      durationMs: performance.now() - attemptAt,
      lockWaitMs,
      attempts: attempt,
    })
    try {
      await applyOnce(migration, options, tally, attempted)
      return attempted()
    } catch (error) {
      await settle(options.connection)
      const kept = { stayed: tally.stayed, ownCommit: endedByItself(error, tally, options.connection) }
      await rollBack(options.connection)
      const pause = pauseMs(attempt, 250, 10_000)
      const spentMs = performance.now() - startedAt + pause
      const clean = kept.stayed === 0 && !kept.ownCommit
      const sqlstate = sqlstateOf(error)
      if (
        !worthRetrying.has(sqlstate) ||
        !clean ||
        spentMs > options.lockRetryMs ||
        options.signal?.aborted
      ) {
        throw new ApplyError(error, attempted(), kept)
      }
      await options.onLockTimeout(sqlstate, attempt, pause)
      await sleep(pause, undefined, { signal: options.signal })
      lockWaitMs += performance.now() - attemptAt
    }
  }
}

function sqlstateOf(error: unknown): string {
  const cause = error instanceof StatementError ? error.cause : error
  return asDatabaseFailure(cause)?.sqlstate ?? ''
}

/** An error is handed on before the server says in what state it leaves the connection; this waits for that. */
async function settle(connection: MigrationConnection): Promise<void> {
  await connection.query('').catch(() => undefined)
}

/** A failure inside our transaction leaves it failed, not idle; the COMMIT that is ours leaves it idle too. */
function endedByItself(error: unknown, tally: Tally, connection: MigrationConnection): boolean {
  const ours = error instanceof StatementError && error.atCommit
  return tally.begun && tally.inTransaction && !ours && connection.status() === 'idle'
}

async function rollBack(connection: MigrationConnection): Promise<void> {
  if (connection.status() === 'idle') return
  await connection.query('ROLLBACK').catch(() => undefined)
}

interface Tally {
  begun: boolean
  inTransaction: boolean
  /** Statements that the migration's own code sent while it was built. */
  asked: number
  stayed: number
}

async function applyOnce(
  migration: LoadedMigration,
  options: ApplyOptions,
  tally: Tally,
  attempted: () => Attempted,
): Promise<void> {
  const { connection } = options
  if (migration.kind === 'sql' && migration.up.noTransaction) {
    tally.inTransaction = false
    const built = await build(migration, options, tally)
    return await applyOutside(built, options, tally, attempted)
  }
  await connection.query(begin(options))
  tally.begun = true
  const built = await build(migration, options, tally)
  if (!built.inTransaction) {
    await commit('COMMIT', connection)
    tally.inTransaction = false
    tally.stayed = tally.asked
    return await applyOutside(built, options, tally, attempted)
  }
  for (const step of built.steps) await send(step, step.sql, connection)
  if (connection.status() === 'idle') {
    tally.inTransaction = false
    options.onOwnCommit()
  }
  await commit(`RESET ROLE; ${options.record(attempted())}; COMMIT`, connection)
}

/** Deferred constraints fail here, where no statement of the migration can be shown. */
async function commit(sql: string, connection: MigrationConnection): Promise<void> {
  try {
    await connection.query(sql)
  } catch (error) {
    if (asDatabaseFailure(error) === undefined || !(error instanceof Error)) throw error
    throw new StatementError(error, { sql, completed: 0, atCommit: true })
  }
}

// lock_timeout set inside the transaction is undone by its ROLLBACK, so each attempt sets it anew.
const begin = ({ lockTimeoutMs, searchPath }: ApplyOptions) =>
  `BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL search_path TO ${searchPath}`

async function build(
  migration: LoadedMigration,
  options: ApplyOptions,
  tally: Tally,
): Promise<BuiltMigration> {
  const { connection, decamelize, signal, onLog } = options
  const query = async (text: unknown, values?: unknown[]) => {
    const sql = typeof text === 'string' ? text : String((text as { text?: unknown }).text)
    tally.asked += 1
    const line = callingLine(migration.file.path)
    return await tracked(line === undefined ? { sql } : { sql, line }, connection, () =>
      connection.query(text as string, values),
    )
  }
  const select = async (text: unknown, values?: unknown[]) =>
    ((await query(text, values)) as { rows: unknown }).rows
  return await buildMigration(migration, {
    database: { query, select },
    decamelize,
    signal,
    ...(onLog === undefined ? {} : { onLog }),
  })
}

/**
 * Statement by statement: several in one message would be one implicit transaction. CONCURRENTLY waits for
 * older transactions by design, and a `lock_timeout` there would leave an invalid index behind.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
async function applyOutside(
  built: BuiltMigration,
  options: ApplyOptions,
  tally: Tally,
  attempted: () => Attempted,
): Promise<void> {
  const { connection, searchPath, lockTimeoutMs } = options
  for (const step of built.steps) {
    for (const statement of await splitStatements(step.sql)) {
      const timeoutMs = statement.concurrent ? 0 : lockTimeoutMs
      await connection.query(`SET search_path TO ${searchPath}; SET lock_timeout = ${timeoutMs}`)
      const at = step.offset === undefined ? step : { ...step, offset: step.offset + statement.offset }
      const work = async () => await send(at, statement.sql, connection)
      const { wasInterrupted, onLog = () => undefined } = options
      const whole = async () =>
        await workOnIndex(statement, { connection, lockTimeoutMs, onLog, wasInterrupted }, work)
      await (statement.waits === undefined ? whole() : options.patiently(statement.waits, whole))
      tally.stayed += 1
    }
  }
  await commit(`BEGIN; RESET ROLE; ${options.record(attempted())}; COMMIT`, connection)
}

async function send(step: SqlStep, sql: string, connection: MigrationConnection): Promise<void> {
  await tracked({ ...step, sql }, connection, () => connection.query(sql))
}

async function tracked<Result>(
  at: SqlStep,
  connection: MigrationConnection,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = connection.completed()
  try {
    return await work()
  } catch (error) {
    if (asDatabaseFailure(error) === undefined || !(error instanceof Error)) throw error
    throw new StatementError(error, {
      sql: at.sql,
      completed: connection.completed() - before,
      offset: at.offset,
      line: at.line,
    })
  }
}
