import { plainName, type Table } from './identifiers.js'
import type { Session } from './session.js'

/** For how long migrations ran before a signal or the deadline ended them, the longest time of each, in ms. */
export async function readStopped(
  session: Session,
  history: Table,
  migrations: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await session.query<{ migration: string; ranMs: number }>(
    `SELECT migration, max(duration_ms) AS "ranMs" FROM release_phase.steps
     WHERE history = $1 AND outcome = 'interrupted' AND migration = ANY ($2) GROUP BY migration`,
    [plainName(history), migrations],
  )
  return new Map(rows.map(({ migration, ranMs }) => [migration, ranMs]))
}
