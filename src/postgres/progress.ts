import type { Session } from './session.js'

/** How far an index build is. */
export interface IndexProgress {
  /** In PostgreSQL's words: `building index: scanning table`, `waiting for old snapshots`. */
  readonly phase: string
  /** Of this phase, 0 to 100; undefined where it does not say. */
  readonly percent: number | undefined
}

interface Row {
  readonly phase: string
  readonly done: number
  readonly total: number
}

/**
 * How far the session `pid` is with CREATE INDEX or REINDEX; undefined when it does neither.
 * https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING
 */
export async function readIndexProgress(session: Session, pid: number): Promise<IndexProgress | undefined> {
  const { rows } = await session.query<Row>(`
    SELECT phase,
      CASE WHEN phase LIKE 'waiting%' THEN lockers_total WHEN blocks_total > 0 THEN blocks_total
           ELSE tuples_total END::float8 AS total,
      CASE WHEN phase LIKE 'waiting%' THEN lockers_done WHEN blocks_total > 0 THEN blocks_done
           ELSE tuples_done END::float8 AS done
    FROM pg_stat_progress_create_index WHERE pid = ${pid}`)
  const [row] = rows
  if (row === undefined) return undefined
  const { phase, done, total } = row
  return { phase, percent: total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : undefined }
}
