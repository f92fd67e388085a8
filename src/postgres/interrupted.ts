import { plainName, type Table } from './identifiers.js'
import type { Session } from './session.js'

/**
 * Whether an earlier run may have done part of a migration without recording it: the ledger has an attempt
 * outside a transaction that ended for another reason than a missing object (42704), or a run that ended without
 * a word since the last migration that was applied.
 */
export async function wasInterrupted(session: Session, history: Table, migration: string): Promise<boolean> {
  const { rows } = await session.query<{ interrupted: boolean }>(
    `SELECT EXISTS (SELECT FROM release_phase.steps WHERE history = $1 AND migration = $2
                    AND outcome <> 'applied' AND NOT in_transaction AND sqlstate IS DISTINCT FROM '42704')
         OR EXISTS (SELECT FROM release_phase.runs WHERE outcome = 'interrupted' AND id >= coalesce(
                    (SELECT max(run_id) FROM release_phase.steps WHERE outcome = 'applied'), 0)) AS interrupted`,
    [plainName(history), migration],
  )
  return rows[0]?.interrupted === true
}
