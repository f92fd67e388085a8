import { plainName, qualified, type Table } from './identifiers.js'
import type { Session } from './session.js'

/** Migrations that are recorded as applied without having run here. */
export interface Baseline {
  readonly runId: string
  readonly history: Table
  /** In the order in which they would run. */
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[]
}

/**
 * Writes the history rows and the ledger's steps; to be called in a transaction. A step of no attempts is the mark
 * of a baseline: nothing ran.
 */
export async function writeBaseline(session: Session, baseline: Baseline): Promise<void> {
  const { runId, history, migrations } = baseline
  const names = migrations.map(({ name }) => name)
  await session.query(
    `INSERT INTO ${qualified(history)} (name, run_on)
     SELECT name, now() FROM unnest($1::text[]) WITH ORDINALITY AS given (name, place) ORDER BY place`,
    [names],
  )
  await session.query(
    `INSERT INTO release_phase.steps
       (run_id, history, migration, checksum, in_transaction, outcome, duration_ms, attempts, finished_at)
     SELECT $1, $2, name, checksum, true, 'applied', 0, 0, now()
     FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS given (name, checksum, place) ORDER BY place`,
    [runId, plainName(history), names, migrations.map(({ checksum }) => checksum)],
  )
}
