import type { Catalog } from '../../../src/core/catalog.js'
import { createDatabase } from '../../support/postgres.js'
import { catalogOf } from './catalog.js'
import { fillTables } from './fill.js'
import { asCode, type Broken } from './running-code.js'
import { runFile, type Failed, type Held } from './run-file.js'

/** A schema, a migration, and what running code asks of it. */
export interface Case {
  /** The schema before; a table that it leaves empty is filled, so that a scan shows. */
  readonly before: string
  /** Files of the migration, in order; `-- no-transaction` at the top of one counts. */
  readonly files: readonly string[]
  /** Statements of running code. Each must work before the migration, and is undone afterwards. */
  readonly running?: string
  /** A role that running code is, made where it is missing; the migration is run by a superuser. */
  readonly role?: string
}

/** What a migration did on a server, however anybody judges it. */
export interface Truth {
  /** A lock that stops reads or writes of a table in use, held while rows were worked on. */
  readonly stalls: Held | undefined
  /** Every such lock, also one that was held for a moment only. */
  readonly locks: readonly Held[]
  /** A statement of running code that fails afterwards. */
  readonly breaks: Broken | undefined
  /** A statement of running code that works, but has another answer than before. */
  readonly differs: string | undefined
  /** The migration itself fails. */
  readonly fails: Failed | undefined
  /** What the database said of itself before, for who judges with a catalog. */
  readonly catalog: Catalog
}

/**
 * Runs a migration on a database of its own, between two runs of the running code's statements, and says what it
 * did. Throws when a statement of running code does not work to begin with, or when a table cannot be filled.
 */
export async function truthOf({ before, files, running, role }: Case): Promise<Truth> {
  const database = await createDatabase()
  try {
    const migration = await database.connect()
    await migration.query('SET statement_timeout = 60000')
    // Workers count the rows that they read for themselves.
    await migration.query('SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0')
    if (role !== undefined) await database.query(makeRole(role))
    await migration.query(before)
    await fillTables(migration)
    const catalog = await catalogOf(database)
    const code = await asCode(await database.connect(), running, role)
    const locks: Held[] = []
    let fails: Failed | undefined
    for (const file of files) {
      const outcome = await runFile(file, { migration, database, code })
      locks.push(...outcome.locks)
      fails = outcome.fails
      if (fails !== undefined) break
    }
    const { breaks, differs } = await code.askAgain()
    return { stalls: locks.find(({ work }) => work !== undefined), locks, breaks, differs, fails, catalog }
  } finally {
    await database.drop()
  }
}

// Roles belong to the server, and other tests make the same one at the same moment.
const makeRole = (role: string) =>
  `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`
