import { configurationError } from '../core/errors.js'
import type { AppliedMigration } from '../core/migration.js'
import { codeOf } from './connect-errors.js'
import { identifier, plainName, qualified, type Table } from './identifiers.js'
import type { Session } from './session.js'

/**
 * SQL for a text that changes with every row of a history table that is added, taken away or renamed. It costs a
 * quarter of a microsecond a row; "nothing to do" rests on it.
 */
export const historyState = `count(*) || '/' || coalesce(max(id), 0) || '/' || coalesce(sum(hashtext(name)), 0)`

/** The applied migrations in the order they ran, or undefined where the history table is not there. */
export async function readHistory(session: Session, table: Table): Promise<AppliedMigration[] | undefined> {
  try {
    const { rows } = await session.query<AppliedMigration>(
      `SELECT name, run_on AS "appliedAt" FROM ${qualified(table)} ORDER BY run_on, id`,
    )
    return rows
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** Makes the history table where it is missing, just as node-pg-migrate makes it. */
export async function ensureHistory(
  session: Session,
  table: Table,
  schemasToCreate: readonly string[],
): Promise<void> {
  const schemas = schemasToCreate.map((name) => `CREATE SCHEMA IF NOT EXISTS ${identifier(name)};`)
  if (schemas.length > 0) await session.query(schemas.join(' '))
  try {
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${qualified(table)} (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`,
    )
  } catch (error) {
    if (codeOf(error) !== '3F000') throw error
    throw configurationError('schema-missing', `The schema ${table.schema} of the history does not exist.`, {
      todo: [
        'Create it, or let this command do it: --create-schema (for migrations-schema: --create-migrations-schema).',
      ],
      cause: error,
    })
  }
}

/** Checksums and releases by migration name, as the ledger keeps them. Empty where there is no ledger. */
export async function readRecorded(
  session: Session,
  table: Table,
): Promise<Map<string, { checksum: string; release?: string }>> {
  try {
    const { rows } = await session.query<{ migration: string; checksum: string; release: string | null }>(
      `SELECT DISTINCT ON (s.migration) s.migration, s.checksum, r.release
       FROM release_phase.steps s JOIN release_phase.runs r ON r.id = s.run_id
       WHERE s.history = $1 AND s.outcome = 'applied' ORDER BY s.migration, s.id DESC`,
      [plainName(table)],
    )
    return new Map(
      rows.map(({ migration, checksum, release }) => [
        migration,
        release === null ? { checksum } : { checksum, release },
      ]),
    )
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return new Map()
    throw error
  }
}
