import { beginningStatements } from '../core/beginning.js'
import type { SqlStep } from './build.js'
import type { MigrationConnection } from './connection.js'
import { asDatabaseFailure, StatementError } from './failure.js'
import { splitStatements } from './statements.js'

/** Sends a text; a database error comes back as a StatementError that knows where the text comes from. */
export async function send(step: SqlStep, connection: MigrationConnection): Promise<void> {
  await tracked(step, connection, async () => await connection.query(step.sql))
}

/** Does work that sends `at.sql`, and says of a database error where that text comes from. */
export async function tracked<Result>(
  at: SqlStep,
  connection: MigrationConnection,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = connection.completed()
  try {
    return await work()
  } catch (error) {
    if (asDatabaseFailure(error) === undefined || !(error instanceof Error)) throw error
    const completed = connection.completed() - before
    throw new StatementError(error, { ...at, completed })
  }
}

/** Deferred constraints fail here, where no statement of the migration can be shown. */
export async function commit(sql: string, connection: MigrationConnection): Promise<void> {
  try {
    await connection.query(sql)
  } catch (error) {
    if (asDatabaseFailure(error) === undefined || !(error instanceof Error)) throw error
    throw new StatementError(error, { sql, completed: 0, atCommit: true })
  }
}

/** What is sent before and after a text in the same message. */
export interface Around {
  readonly before: string
  readonly after: string
}

/**
 * Sends a text with its transaction around it in one message, which saves two round trips. Returns false when the
 * server could not read the message behind the text, so that nothing of it ran: an open quote or comment of the
 * text took in what follows, and only the text by itself shows where it stands.
 */
export async function sendAtOnce(
  step: SqlStep,
  { before, after }: Around,
  connection: MigrationConnection,
): Promise<boolean> {
  const already = connection.completed()
  try {
    await connection.query(`${before}${step.sql}${after}`)
    return true
  } catch (error) {
    const failure = asDatabaseFailure(error)
    if (failure === undefined || !(error instanceof Error)) throw error
    const charactersBefore = lengthOf(before)
    const behind = (failure.position ?? 0) > charactersBefore + lengthOf(step.sql)
    const completed = connection.completed() - already
    if (behind && completed === 0) return false
    const done = Math.max(0, completed - beginningStatements)
    const statements = failure.position === undefined ? (await splitStatements(step.sql)).length : Infinity
    throw behind || done >= statements
      ? new StatementError(error, { sql: after, completed: 0, atCommit: true })
      : new StatementError(error, { ...step, completed: done, charactersBefore })
  }
}

/** In characters, as PostgreSQL counts a position, not in UTF-16 units. */
const lengthOf = (text: string) => Array.from(text).length

/** An error is handed on before the server says in what state it leaves the connection; this waits for that. */
export async function settle(connection: MigrationConnection): Promise<void> {
  await connection.query('').catch(() => undefined)
}

/** Ends the transaction that is open, if one is. */
export async function rollBack(connection: MigrationConnection): Promise<void> {
  if (connection.status() === 'idle') return
  await connection.query('ROLLBACK').catch(() => undefined)
}
