import type { Catalog } from '../../../src/core/catalog.js'
import type { NewDatabase, TestDatabase } from '../../support/databases.js'
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
  /** The migration changes rows of tables in use, so that another answer may be what it is for. */
  readonly wroteRows: boolean
  /** The migration itself fails. */
  readonly fails: Failed | undefined
  /** What the database said of itself before, for who judges with a catalog. */
  readonly catalog: Catalog
}

/** Makes databases to try on. */
export type Create = (options?: NewDatabase) => Promise<TestDatabase>

export interface Truths {
  /**
   * Runs a migration on a database of its own, between two runs of the running code's statements, and says what it
   * did. Throws when a statement of running code does not work to begin with, or when a table cannot be filled.
   */
  of(one: Case): Promise<Truth>
  /** What the database says of itself before any migration. */
  catalog(one: Pick<Case, 'before' | 'role'>): Promise<Catalog>
  /** Drops the schemas that cases have begun with. */
  end(): Promise<void>
}

interface Scene {
  readonly database: TestDatabase
  readonly catalog: Catalog
}

/** What migrations do. A schema is made and filled once, and copied for each case that begins with it. */
export function truthsOf(create: Create): Truths {
  const scenes = new Map<string, Promise<Scene>>()
  const sceneOf = async ({ before, role }: Pick<Case, 'before' | 'role'>) => {
    const key = `${role ?? ''} ${before}`
    const made = scenes.get(key) ?? makeScene(create, before, role)
    scenes.set(key, made)
    return await made
  }
  return {
    catalog: async (one) => (await sceneOf(one)).catalog,
    of: async (one) => {
      const { files, running, role } = one
      const { database, catalog } = await sceneOf(one)
      const copy = await create({ template: database.name })
      try {
        return { ...(await runOn(copy, files, running, role)), catalog }
      } finally {
        await copy.drop()
      }
    },
    end: async () => {
      const made = await Promise.allSettled(scenes.values())
      for (const scene of made) if (scene.status === 'fulfilled') await scene.value.database.drop()
    },
  }
}

/** The same for a single case, whose schema no other one begins with. */
export async function truthOn(create: Create, { before, files, running, role }: Case): Promise<Truth> {
  const { database, catalog } = await makeScene(create, before, role)
  try {
    return { ...(await runOn(database, files, running, role)), catalog }
  } finally {
    await database.drop()
  }
}

async function makeScene(create: Create, before: string, role: string | undefined): Promise<Scene> {
  const database = await create()
  try {
    const client = await database.connect()
    if (role !== undefined) await client.query(makeRole(role))
    await client.query(before)
    await fillTables(client)
    const catalog = await catalogOf(database)
    await database.disconnect()
    return { database, catalog }
  } catch (error) {
    await database.drop()
    throw error
  }
}

async function runOn(
  database: TestDatabase,
  files: readonly string[],
  running: string | undefined,
  role: string | undefined,
): Promise<Omit<Truth, 'catalog'>> {
  const migration = await database.connect()
  // Workers count the rows that they read for themselves.
  await migration.query(`SET statement_timeout = 60000;
    SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0`)
  const code = await asCode(await database.connect(), running, role)
  const locks: Held[] = []
  let fails: Failed | undefined
  let wroteRows = false
  for (const file of files) {
    const outcome = await runFile(file, { migration, database, code })
    locks.push(...outcome.locks)
    wroteRows ||= outcome.wroteRows
    fails = outcome.fails
    if (fails !== undefined) break
  }
  const { breaks, differs } = await code.askAgain()
  return { stalls: locks.find(({ work }) => work !== undefined), locks, breaks, differs, wroteRows, fails }
}

// Roles belong to the server, and other tests make the same one at the same moment.
export const makeRole = (role: string) =>
  `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`
