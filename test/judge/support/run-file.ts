import { DatabaseError, type Client } from 'pg'
import { loadGrammar } from '../../../src/judge/sql/grammar.js'
import { readStatements } from '../../../src/judge/sql/statements.js'
import { eventually } from '../../support/eventually.js'
import type { TestDatabase } from '../../support/postgres.js'
import { flushCounts } from './flush.js'
import { heldLocks, knownTables, readWork, workBetween, type Work } from './locks.js'
import type { Code } from './running-code.js'

const grammar = await loadGrammar()

/** A lock on a table in use that stops its reads or its writes. */
export interface Held {
  readonly table: string
  readonly lock: string
  /** What was done while it was held; undefined: catalog work, which is over in a moment. */
  readonly work: 'rewrite' | 'scan' | 'row locks' | undefined
  readonly statement: string
}

export interface Failed {
  readonly statement: string
  readonly sqlstate: string
  readonly message: string
}

export interface Ran {
  readonly locks: readonly Held[]
  /** Rows of tables in use are others than before, so other answers are no wonder. */
  readonly wroteRows: boolean
  readonly fails: Failed | undefined
}

interface Did {
  readonly locks: readonly Held[]
  readonly wroteRows: boolean
}

interface Scene {
  readonly migration: Client
  readonly database: TestDatabase
  readonly code: Code
}

/** Runs one file as `migrate` does, and looks after each statement at what it holds and what it has done. */
export async function runFile(file: string, scene: Scene): Promise<Ran> {
  const statements = readStatements(file, grammar).map(({ sql }) => sql)
  const tables = await knownTables(scene.migration)
  const locks: Held[] = []
  let wroteRows = false
  const oneByOne = file.startsWith('-- no-transaction')
  let current = ''
  try {
    if (!oneByOne) await scene.migration.query('BEGIN')
    for (const statement of statements) {
      current = statement
      const did = oneByOne
        ? await alone(statement, tables, scene)
        : await within(statement, tables, scene.migration)
      locks.push(...did.locks)
      wroteRows ||= did.wroteRows
    }
    if (!oneByOne) await scene.migration.query('COMMIT')
    return { locks, wroteRows, fails: undefined }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await scene.migration.query('ROLLBACK')
    const { code: sqlstate = '', message } = error
    return { locks, wroteRows, fails: { statement: current, sqlstate, message } }
  }
}

/** Inside the open transaction: what is held after the statement was held while it worked, or is from now on. */
async function within(statement: string, tables: readonly number[], client: Client): Promise<Did> {
  const before = await readWork(client)
  await client.query(statement)
  const work = workBetween(before, await readWork(client))
  return { locks: held(await heldLocks(client, tables), work, statement), wroteRows: work.wroteRows }
}

function held(
  locks: readonly { readonly table: string; readonly lock: string }[],
  work: Work,
  statement: string,
): Held[] {
  const rows = work.lockedRows.map((table) => ({
    table,
    lock: 'ROW EXCLUSIVE',
    work: 'row locks' as const,
    statement,
  }))
  return [...locks.map(({ table, lock }) => ({ table, lock, work: work.kind, statement })), ...rows]
}

/** By itself: in a transaction of its own where it can stand in one, so that its locks can be seen. */
async function alone(statement: string, tables: readonly number[], scene: Scene): Promise<Did> {
  await scene.migration.query('BEGIN')
  try {
    const did = await within(statement, tables, scene.migration)
    await scene.migration.query('COMMIT')
    return did
  } catch (error) {
    await scene.migration.query('ROLLBACK')
    const cannot = error instanceof DatabaseError && error.code === '25001'
    if (!cannot) throw error
    return await stopped(statement, tables, scene)
  }
}

/**
 * A statement that takes no transaction is stopped half way, by one that has written to every table. Either it
 * waits for that transaction without stopping running code, as CONCURRENTLY does, or its own lock shows.
 */
async function stopped(statement: string, tables: readonly number[], scene: Scene): Promise<Did> {
  const { migration, database, code } = scene
  const writer = await database.connect()
  const observer = await database.connect()
  const pid = (await migration.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0
  await flushCounts(migration)
  const before = await readWork(migration, 'flushed')
  await writer.query('BEGIN')
  await writer.query(await writeLocks(observer, tables))
  let ended = false
  const run = migration.query(statement).finally(() => {
    ended = true
  })
  run.catch(() => undefined)
  const waits = await eventually(
    async () => ended || (await isWaiting(observer, pid)),
    'it waits, or is done',
  )
  const locks = waits ? await heldLocks(observer, tables, pid) : []
  const blocked = ended ? [] : await code.blocked()
  await writer.query('ROLLBACK')
  await run
  await flushCounts(migration)
  const work = workBetween(before, await readWork(migration, 'flushed'))
  const waited = blocked.map((asked) => ({
    table: asked,
    lock: 'waited',
    work: work.kind ?? 'scan',
    statement,
  }))
  return { locks: [...held(locks, { ...work, lockedRows: [] }, statement), ...waited], wroteRows: false }
}

async function isWaiting(observer: Client, pid: number): Promise<boolean> {
  const { rows } = await observer.query(`SELECT FROM pg_locks WHERE pid = $1 AND NOT granted`, [pid])
  return rows.length > 0
}

/** The lock that a writer holds, on every table that takes one. */
async function writeLocks(client: Client, tables: readonly number[]): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE oid = ANY($1) AND relkind IN ('r', 'p')`,
    [tables],
  )
  return rows.length === 0
    ? 'SELECT 1'
    : `LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ROW EXCLUSIVE MODE`
}
