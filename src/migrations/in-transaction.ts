import { beginning } from '../core/beginning.js'
import type { ApplyOptions, Tally } from './attempt.js'
import { awaitOthers, waitsIn } from './beforehand.js'
import { buildMigration, callingLine, type BuiltMigration, type SqlStep } from './build.js'
import type { LoadedMigration } from './load.js'
import { mayControlTransaction, rollsBack, withoutOwnTransaction } from './own-transaction.js'
import { commit, send, sendAtOnce, settle, tracked } from './send.js'

/**
 * One attempt at a migration in a transaction of its own, recorded in that same transaction; or outside one, where
 * the migration asks for that. Rejects with a StatementError for what the database refused.
 */
export async function applyInTransaction(
  migration: LoadedMigration,
  options: ApplyOptions,
  tally: Tally,
): Promise<void> {
  const { connection } = options
  if (migration.kind === 'sql') {
    const built = await build(migration, options, tally)
    if (!built.inTransaction) return await outside(built, options, tally)
    await awaitOthers(await waitsIn(built.steps), options)
    if (await applyAtOnce(built, options, tally)) return
  }
  await connection.query(beginning(options.lockTimeoutMs, options.searchPath))
  tally.begun = true
  const built = await build(migration, options, tally)
  if (!built.inTransaction) {
    await commit('COMMIT', connection)
    return await outside(built, options, tally)
  }
  if (migration.kind === 'js' && tally.asked === 0) await awaitAndBeginAgain(built, options)
  for (const step of built.steps) await send(await ready(step, options), connection)
  // An error that the code swallowed is handed on before the server says in what state it leaves the connection.
  if (tally.asked > 0) await settle(connection)
  const mayBeFree = tally.asked > 0 || built.steps.some(({ sql }) => mayLetGo(sql))
  // A failed transaction answers no question; its COMMIT says what is wrong.
  if (mayBeFree && connection.status() !== 'failed') await options.keepLock()
  if (connection.status() === 'idle') {
    if (connection.lastEnd() === 'ROLLBACK') throw rollsBack()
    tally.inTransaction = false
    tally.partWay = true
    options.onOwnCommit()
  }
  await commit(`RESET ROLE; ${options.record(tally.attempted())}; COMMIT`, connection)
}

/** Few migrations run outside a transaction, so what that takes is loaded only then. */
async function outside(built: BuiltMigration, options: ApplyOptions, tally: Tally): Promise<void> {
  const { applyOutside } = await import('./outside/apply-outside.js')
  await applyOutside(built.steps, options, tally)
}

/** Code is built inside its transaction; as long as it has asked for nothing, another one is as good. */
async function awaitAndBeginAgain({ steps }: BuiltMigration, options: ApplyOptions): Promise<void> {
  const waits = await waitsIn(steps)
  if (waits.length === 0) return
  await options.connection.query('ROLLBACK')
  await awaitOthers(waits, options)
  await options.connection.query(beginning(options.lockTimeoutMs, options.searchPath))
}

/**
 * A text that neither begins nor ends a transaction travels in one message with its BEGIN, its record and its
 * COMMIT. False: it has to go the long way, and nothing of it has run.
 */
async function applyAtOnce({ steps }: BuiltMigration, options: ApplyOptions, tally: Tally): Promise<boolean> {
  const [step] = steps
  const record = options.record({ ...tally.attempted(), durationMs: undefined })
  if (step === undefined || steps.length > 1 || !mayTravelWith(record, step.sql)) return false
  const before = beginning(options.lockTimeoutMs, options.searchPath)
  return await sendAtOnce(step, { before, after: `\n;RESET ROLE; ${record}; COMMIT` }, options.connection)
}

// What follows an open quote or comment must not be able to close it: quotes come in pairs, these would not.
const mayTravelWith = (record: string, sql: string) =>
  !/[$\\]|\*\//.test(record) && !mayControlTransaction(sql) && !mayLetGo(sql)

// Session-level locks are let go of by name, or with everything else.
// https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
const mayLetGo = (sql: string) => /advisory_unlock|discard/i.test(sql)

async function ready(step: SqlStep, { onLog }: ApplyOptions): Promise<SqlStep> {
  const { sql, unwrapped } = await withoutOwnTransaction(step.sql)
  if (unwrapped) onLog?.('its own BEGIN and COMMIT are left out; it is in a transaction with its record')
  return unwrapped ? { ...step, sql } : step
}

async function build(
  migration: LoadedMigration,
  options: ApplyOptions,
  tally: Tally,
): Promise<BuiltMigration> {
  const { connection, decamelize, signal, onLog } = options
  const query = async (text: unknown, values?: unknown[]) => {
    const sql = typeof text === 'string' ? text : String((text as { text?: unknown }).text)
    const line = callingLine(migration.file.path)
    await withoutOwnTransaction(sql)
    tally.asked += 1
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
