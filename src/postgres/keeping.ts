import { literal, plainName, type Table } from './identifiers.js'
import type { Session } from './session.js'

/** A statement of a migration outside a transaction; not `done`: it was begun, and no more is known. */
export interface KeptStatement {
  readonly hash: string
  readonly done: boolean
}

/** Whose statements they are. */
export interface Keeper {
  readonly runId: string
  readonly history: Table
  readonly migration: string
}

const whose = ({ history, migration }: Pick<Keeper, 'history' | 'migration'>) =>
  `history = ${literal(plainName(history))} AND migration = ${literal(migration)}`

/** What earlier attempts have done of a migration that is not recorded, from its first statement on. */
export async function readKept(session: Session, keeper: Keeper): Promise<KeptStatement[]> {
  const { rows } = await session.query<KeptStatement>(
    `SELECT hash, done FROM release_phase.statements WHERE ${whose(keeper)} ORDER BY place`,
  )
  return rows
}

/** SQL that keeps these statements, the first of them at `place`. */
export function keepSql(keeper: Keeper, place: number, statements: readonly KeptStatement[]): string {
  const { runId, history, migration } = keeper
  const rows = statements.map(
    ({ hash, done }, index) =>
      `(${literal(plainName(history))}, ${literal(migration)}, ${place + index}, ${literal(hash)}, ${done}, ${runId})`,
  )
  return `INSERT INTO release_phase.statements (history, migration, place, hash, done, run_id) VALUES ${rows.join(', ')}
ON CONFLICT (history, migration, place) DO UPDATE SET hash = EXCLUDED.hash, done = EXCLUDED.done,
  run_id = EXCLUDED.run_id, at = clock_timestamp()`
}

/** SQL that forgets the statements of a migration from `place` on; all of them once it is recorded. */
export const forgetSql = (keeper: Pick<Keeper, 'history' | 'migration'>, place = 0) =>
  `DELETE FROM release_phase.statements WHERE ${whose(keeper)}${place === 0 ? '' : ` AND place >= ${place}`}`
