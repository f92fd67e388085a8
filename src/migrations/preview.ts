import type { Preview } from '../core/forecast.js'
import { buildMigration } from './build.js'
import type { LoadedMigration } from './load.js'

/** Thrown at a migration that asks the database something while it is only being looked at. */
class NeedsDatabase extends Error {}

const patienceMs = 5000

/**
 * Shows what a migration would run. Its code runs, but reaches no database: the first use of `pgm.db` ends the
 * preview there, and so do five seconds without an end.
 */
export async function previewMigration(migration: LoadedMigration, decamelize: boolean): Promise<Preview> {
  const { name } = migration.file
  let asked = false
  const refuse = async () => {
    asked = true
    throw new NeedsDatabase('it asks the database (pgm.db) what to do')
  }
  const deadline = AbortSignal.timeout(patienceMs)
  try {
    const built = await buildMigration(migration, {
      database: { query: refuse, select: refuse },
      decamelize,
      signal: deadline,
    })
    return {
      name,
      sql: built.steps.map((step) => step.sql.trim()),
      inTransaction: built.inTransaction,
      unknown: asked ? 'it asks the database (pgm.db) what to do' : undefined,
    }
  } catch (error) {
    const why = deadline.aborted
      ? `its code did not end within ${patienceMs / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error)
    return { name, sql: [], inTransaction: true, unknown: why }
  }
}
