import type { Client } from 'pg'
import { eventually } from '../support/eventually.js'
import { createDatabase, databaseUrl, type TestDatabase } from '../support/postgres.js'
import { appRole } from '../support/scene.js'

/** A database of the app's role, as it is for every trial at first. */
export interface Lent {
  readonly database: TestDatabase
  /** For the app's role. */
  readonly url: string
  /** Two sessions of a superuser that outlast the trial; the first one's transaction, if it leaves one open, does not. */
  readonly client: Client
  readonly observer: Client
}

export interface Databases {
  /** Lends one to this work alone. */
  readonly lend: <Result>(work: (lent: Lent) => Promise<Result>) => Promise<Result>
  /** To be called before the app's role is dropped. */
  readonly drop: () => Promise<void>
}

/** To empty a database takes a fraction of what it takes to make one; `setUp` is the SQL of what the app has. */
export function lendDatabases(setUp: string): Databases {
  const free: Lent[] = []
  return {
    lend: async (work) => {
      const lent = free.pop() ?? (await make())
      await clear(lent, setUp)
      try {
        return await work(lent)
      } finally {
        free.push(lent)
      }
    },
    drop: async () => {
      for (const { database } of free.splice(0)) await database.drop()
    },
  }
}

async function make(): Promise<Lent> {
  const database = await createDatabase({ owner: appRole.name })
  const [client, observer] = [await database.connect(), await database.connect()]
  return { database, url: databaseUrl(database.name, appRole), client, observer }
}

async function clear({ client, observer }: Lent, setUp: string): Promise<void> {
  await client.query('ROLLBACK')
  const { rows } = await observer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)`
  const endOthers = async () =>
    (await client.query(`SELECT pg_terminate_backend(pid) ${others}`, [rows[0]?.pid])).rowCount === 0
  await eventually(endOthers, 'nobody else is in the database')
  // Before 15 the schema public is the superuser's.
  await client.query(`SET client_min_messages = warning;
    DROP SCHEMA IF EXISTS release_phase CASCADE; DROP SCHEMA public CASCADE;
    CREATE SCHEMA public AUTHORIZATION ${appRole.name}; SET ROLE ${appRole.name}; ${setUp};
    RESET ROLE`)
}
