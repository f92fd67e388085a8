import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'

/** For whom the app waits, seen at short intervals. */
export interface Waits {
  /** Who was in the way of this session's last wait, by application_name. */
  blockersOf(pid: number): readonly string[]
  /** The longest that one wait of the app was seen to be for a release, in ms of the server's clock. */
  longestForReleaseMs(): number
  stop(): Promise<void>
}

interface Seen {
  readonly pid: number
  readonly wait: string
  readonly nowMs: number
  readonly blockers: readonly string[]
}

// A session that only queues is in the way as well, and pg_blocking_pids names it.
// https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SESSION
const look = `
  SELECT w.pid, w.pid || ' ' || w.query_start AS wait, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs",
         ARRAY(SELECT b.application_name FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(w.pid))) AS blockers
  FROM pg_stat_activity w
  WHERE w.datname = current_database() AND w.application_name = 'app' AND w.wait_event_type = 'Lock'`

const isRelease = (name: string) => name.startsWith('release-phase')

/** Begins to look, from a session that does nothing else meanwhile. */
export function watchWaits(client: Client): Waits {
  const over = new AbortController()
  const last = new Map<number, { wait: string; blockers: readonly string[] }>()
  const waits = new Map<string, { lastMs: number; forReleaseMs: number }>()
  const note = ({ pid, wait, nowMs, blockers: names }: Seen) => {
    const known = last.get(pid)?.wait === wait ? (last.get(pid)?.blockers ?? []) : []
    last.set(pid, { wait, blockers: [...new Set([...known, ...names])] })
    const before = waits.get(wait) ?? { lastMs: nowMs, forReleaseMs: 0 }
    const more = names.some(isRelease) ? nowMs - before.lastMs : 0
    waits.set(wait, { lastMs: nowMs, forReleaseMs: before.forReleaseMs + more })
  }
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const seen of (await client.query<Seen>(look)).rows) note(seen)
      await sleep(40, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  watching.catch(() => undefined)
  return {
    blockersOf: (pid) => last.get(pid)?.blockers ?? [],
    longestForReleaseMs: () => Math.max(0, ...[...waits.values()].map(({ forReleaseMs }) => forReleaseMs)),
    stop: async () => {
      over.abort()
      await watching
    },
  }
}
