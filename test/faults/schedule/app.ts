import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { messageOf } from '../../../src/core/errors.js'
import type { TestDatabase } from '../../support/postgres.js'

/** How long the app waits for a lock; twenty times what a release may make it wait at a time. */
export const appLockTimeoutMs = 8000

/** A statement of the app that failed. */
export interface Failed {
  readonly pid: number
  readonly sqlstate: string
  readonly line: string
}

export interface App {
  readonly failed: readonly Failed[]
  /** Statements that were answered. */
  answered(): number
  stop(): Promise<void>
}

const short = [
  `SELECT count(*) FROM items WHERE label = 'item 7'`,
  `INSERT INTO items (label, price) VALUES ('more', 7)`,
  `UPDATE orders SET total = total + 1 WHERE id = 1 + floor(random() * 50)`,
  `SELECT sum(total) FROM orders`,
  `DELETE FROM items WHERE id = (SELECT max(id) FROM items WHERE label = 'more')`,
] as const

const long = [
  ['BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM items', 'SELECT count(*) FROM orders'],
  ['BEGIN; SELECT count(*) FROM orders', 'UPDATE orders SET total = 1 WHERE id = 50'],
  [`BEGIN; INSERT INTO items (label, price) VALUES ('slow', 1)`, `DELETE FROM items WHERE label = 'slow'`],
  ['BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1', 'SELECT 1'],
] as const

/** Readers and writers of the tables that are migrated, two of them with transactions that last. */
export async function startApp(database: TestDatabase, url: string, random: () => number): Promise<App> {
  const over = new AbortController()
  const failed: Failed[] = []
  let answered = 0
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  const ask = async (client: Client, pid: number, sql: string) => {
    try {
      await client.query(sql)
      answered += 1
      return true
    } catch (error) {
      const sqlstate = error instanceof Error && 'code' in error ? String(error.code) : ''
      failed.push({ pid, sqlstate, line: `${sql}: ${messageOf(error)} (${sqlstate})` })
      await client.query('ROLLBACK').catch(() => undefined)
      return false
    }
  }
  const pause = async (ms: number) =>
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)
  const visit = async (isLong: boolean) => {
    const client = await database.connect(url)
    await client.query(`SET application_name = 'app'; SET lock_timeout = ${appLockTimeoutMs}`)
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const pid = rows[0]?.pid ?? 0
    while (!over.signal.aborted) {
      const [begin, end] = pick(long) ?? []
      if (!isLong) {
        await ask(client, pid, pick(short) ?? '')
        await pause(20 + random() * 60)
      } else if (await ask(client, pid, begin ?? '')) {
        await pause(100 + random() * 900)
        if (await ask(client, pid, end ?? '')) await ask(client, pid, 'COMMIT')
        await pause(random() * 1000)
      }
    }
    await client.end()
  }
  const visits = Promise.all([visit(false), visit(false), visit(true), visit(true)])
  return {
    failed,
    answered: () => answered,
    stop: async () => {
      over.abort()
      await visits
    },
  }
}
