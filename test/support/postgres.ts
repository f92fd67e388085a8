import { inject } from 'vitest'
import type { QueryResultRow } from 'pg'
import { createDatabaseOn, majorOf, once, urlOn, type NewDatabase, type TestDatabase } from './databases.js'

export type { TestDatabase } from './databases.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a superuser on a running server; databases are created beside the one it names. */
    postgresUrl: string
  }
}

/** The URL of another database on the test server, with other credentials where given. */
export function databaseUrl(name: string, user?: { name: string; password: string }): string {
  const url = new URL(urlOn(inject('postgresUrl'), name))
  if (user !== undefined) {
    url.username = user.name
    // The setter leaves a % as it is.
    url.password = encodeURIComponent(user.password)
  }
  return url.href
}

/** Runs one text as the superuser on the server's first database. */
export async function onServer<Row extends QueryResultRow = QueryResultRow>(text: string): Promise<Row[]> {
  return await once<Row>(inject('postgresUrl'), text)
}

/** The server's major version, such as 17. */
export const serverMajor = async (): Promise<number> => await majorOf(inject('postgresUrl'))

/** Creates an empty database; with `template`, a copy of that one. Call `drop` when done. */
export const createDatabase = async (options: NewDatabase = {}): Promise<TestDatabase> =>
  await createDatabaseOn(inject('postgresUrl'), options)
