import type { Preview } from '../core/forecast.js'
import { buildMigration, callingLine, type SqlStep } from './build.js'
import type { LoadedMigration } from './load.js'

/** Thrown at a migration that asks the database something while it is only being looked at. */
class NeedsDatabase extends Error {}

const patienceMs = 5000

/** What a migration would send, as far as it can be known without a database. */
export interface PreviewedSteps {
  readonly steps: readonly SqlStep[]
  readonly inTransaction: boolean
  /** Why the steps are not all; undefined: they are. */
  readonly unknown: string | undefined
  /** The line of the file where that shows, if it is known. */
  readonly unknownLine: number | undefined
}

/**
 * Asks a migration what it would run. Its code runs, but reaches no database: the first use of `pgm.db` ends the
 * preview there, and so do five seconds without an end. Rejects with the signal's reason when that aborts.
 */
export async function previewSteps(
  migration: LoadedMigration,
  decamelize: boolean,
  signal?: AbortSignal,
): Promise<PreviewedSteps> {
  if (migration.kind === 'sql') {
    // Its text is all there is; a thousand of them should not cost a thousand timers.
    const { steps, inTransaction } = await buildMigration(migration, { database: noDatabase, decamelize })
    return { steps, inTransaction, unknown: undefined, unknownLine: undefined }
  }
  let unknownLine: number | undefined
  let asked = false
  const refuse = async () => {
    asked = true
    unknownLine ??= callingLine(migration.file.path)
    throw new NeedsDatabase(asksDatabase)
  }
  const late = new AbortController()
  // One that keeps the process alive: with nothing else to wait for, it would end here as if all were done.
  const timer = setTimeout(() => late.abort(), patienceMs)
  const deadline = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
  try {
    const { steps, inTransaction } = await buildMigration(migration, {
      database: { query: refuse, select: refuse },
      decamelize,
      signal: deadline,
    })
    return { steps, inTransaction, unknown: asked ? asksDatabase : undefined, unknownLine }
  } catch (error) {
    signal?.throwIfAborted()
    const why = deadline.aborted
      ? `its code did not end within ${patienceMs / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error)
    return { steps: [], inTransaction: true, unknown: why, unknownLine }
  } finally {
    clearTimeout(timer)
  }
}

const nothing = async () => await Promise.reject(new NeedsDatabase('a text asks for nothing'))
const noDatabase = { query: nothing, select: nothing }

const asksDatabase = 'it asks the database (pgm.db) what to do'

/** The same for people: the SQL alone. */
export async function previewMigration(migration: LoadedMigration, decamelize: boolean): Promise<Preview> {
  const { steps, inTransaction, unknown } = await previewSteps(migration, decamelize)
  return { name: migration.file.name, sql: steps.map(({ sql }) => sql.trim()), inTransaction, unknown }
}
