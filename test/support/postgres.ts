import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { Client, type QueryResultRow } from 'pg'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a superuser on a running server; databases are created beside the one it names. */
    postgresUrl: string
  }
}

export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** Runs one text on a connection of its own and returns its rows. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** A connected client that `drop` ends, whatever the test did with it; of the superuser unless told otherwise. */
  connect(as?: string): Promise<Client>
  drop(): Promise<void>
}

/** The URL of another database on the test server, with other credentials where given. */
export function databaseUrl(name: string, user?: { name: string; password: string }): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
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
export async function serverMajor(): Promise<number> {
  const [row] = await onServer<{ version: string }>(`SELECT current_setting('server_version_num') AS version`)
  return Math.floor(Number(row?.version) / 10_000)
}

/** Creates an empty database; with `template`, a copy of that one. Call `drop` when done. */
export async function createDatabase(
  options: { template?: string; owner?: string } = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const owner = options.owner === undefined ? '' : ` OWNER ${options.owner}`
  const template = options.template === undefined ? '' : ` TEMPLATE ${options.template}`
  await onServer(`CREATE DATABASE ${name}${owner}${template}${await quickly()}`)
  const url = databaseUrl(name)
  const clients: Client[] = []
  return {
    name,
    url,
    query: async (text, values) => await once(url, text, values),
    connect: async (as = url) => {
      const client = await open(as)
      clients.push(client)
      return client
    },
    drop: async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

// Copying files takes a third of the time of writing them to the log; before 15 it is the only way.
let strategy: string | undefined
async function quickly(): Promise<string> {
  strategy ??= (await serverMajor()) >= 15 ? ' STRATEGY file_copy' : ''
  return strategy
}

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'test' })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function once<Row extends QueryResultRow>(
  url: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = await open(url)
  try {
    const result = await client.query<Row>(text, values)
    return result.rows
  } finally {
    await client.end()
  }
}
