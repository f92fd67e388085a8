import { setTimeout as sleep } from 'node:timers/promises'
import type { Holder } from '../core/holder.js'
import type { Session } from './session.js'

export interface LockWait {
  readonly key: string
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
  /** Called at the first refusal and every few seconds after it. */
  readonly onWait: (holders: readonly Holder[], waitedMs: number) => void
}

const noticeEveryMs = 5000

/**
 * Takes the session's advisory lock by polling `pg_try_advisory_lock`, so that the session is idle in between.
 * A session blocked inside `pg_advisory_lock` would hold a snapshot, and CREATE INDEX CONCURRENTLY of the
 * holder waits for every snapshot: the two deadlock, and the index is left invalid.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 *
 * Returns how long it waited, in ms, or undefined when `waitMs` passed without the lock.
 */
export async function takeLock(session: Session, wait: LockWait): Promise<number | undefined> {
  const startedAt = performance.now()
  let noticedAt = -Infinity
  for (;;) {
    if (await tryLock(session, wait.key)) return performance.now() - startedAt
    const waitedMs = performance.now() - startedAt
    if (waitedMs >= wait.waitMs) return undefined
    if (waitedMs - noticedAt >= noticeEveryMs) {
      wait.onWait(await readHolders(session, wait.key), waitedMs)
      noticedAt = waitedMs
    }
    const pollMs = 200 + Math.random() * 300
    await sleep(Math.min(pollMs, wait.waitMs - waitedMs), undefined, { signal: wait.signal })
  }
}

/** Takes the lock if it is free or this session's own already, which holds it once more. */
export async function tryLock(session: Session, key: string): Promise<boolean> {
  const { rows } = await session.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${key}) AS held`)
  return rows[0]?.held === true
}

/**
 * Who holds the lock. A 64-bit key stands in pg_locks as two halves with objsubid 1.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function readHolders(session: Session, key: string): Promise<Holder[]> {
  const { rows } = await session.query<Omit<Holder, 'run'>>(`
    SELECT a.pid, coalesce(a.application_name, '') AS "applicationName", coalesce(a.usename, '') AS "user",
           host(a.client_addr) AS "clientAddress", a.state, a.query,
           a.backend_start AS "connectedSince",
           extract(epoch FROM clock_timestamp() - a.backend_start)::float8 * 1000 AS "connectedForMs",
           extract(epoch FROM clock_timestamp() - coalesce(a.query_start, a.backend_start))::float8 * 1000 AS "queryForMs"
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((l.classid::bigint << 32) | l.objid::bigint) = ${key}`)
  return await Promise.all(rows.map(async (row) => ({ ...row, run: await readRun(session, row.pid) })))
}

async function readRun(session: Session, pid: number): Promise<Holder['run']> {
  const { rows: tables } = await session.query<{ there: boolean }>(
    `SELECT coalesce(has_table_privilege(to_regclass('release_phase.runs'), 'SELECT'), false) AS there`,
  )
  if (tables[0]?.there !== true) return undefined
  const { rows } = await session.query<NonNullable<Holder['run']>>(`
    SELECT r.app, r.release, r.dyno, r.who, r.started_at AS "startedAt"
    FROM release_phase.runs r JOIN pg_stat_activity a ON a.pid = r.pid AND a.backend_start = r.backend_start
    WHERE r.pid = ${pid} AND r.finished_at IS NULL
    ORDER BY r.id DESC LIMIT 1`)
  return rows[0]
}

/** Ends a session that holds the lock and waits until it is gone. False: it was gone, or would not go. */
export async function endHolder(session: Session, pid: number, deadlineMs = 5000): Promise<boolean> {
  await session.query('SELECT pg_terminate_backend($1)', [pid])
  const startedAt = performance.now()
  while (performance.now() - startedAt < deadlineMs) {
    const { rowCount } = await session.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])
    if (rowCount === 0) return true
    await sleep(100)
  }
  return false
}
