import { randomBytes } from 'node:crypto'
import { Client, type QueryResultRow } from 'pg'

export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** Runs one text on a connection of its own and returns its rows. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** A connected client that `drop` ends, whatever the test did with it; of the superuser unless told otherwise. */
  connect(as?: string): Promise<Client>
  /** Ends all clients: a template of another database may have none. */
  disconnect(): Promise<void>
  drop(): Promise<void>
}

export interface NewDatabase {
  readonly template?: string
  readonly owner?: string
}

/** Creates an empty database on the server of a superuser's URL; with `template`, a copy of that one. */
export async function createDatabaseOn(server: string, options: NewDatabase = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const owner = options.owner === undefined ? '' : ` OWNER ${options.owner}`
  const template = options.template === undefined ? '' : ` TEMPLATE ${options.template}`
  await once(server, `CREATE DATABASE ${name}${owner}${template}${await quickly(server)}`)
  const url = urlOn(server, name)
  const clients: Client[] = []
  const disconnect = async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
  }
  return {
    name,
    url,
    query: async (text, values) => await once(url, text, values),
    connect: async (as = url) => {
      const client = await open(as)
      clients.push(client)
      return client
    },
    disconnect,
    drop: async () => {
      await disconnect()
      await once(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** The URL of another database on the same server. */
export function urlOn(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** The server's major version, such as 17. */
export async function majorOf(server: string): Promise<number> {
  const [row] = await once<{ version: string }>(
    server,
    `SELECT current_setting('server_version_num') AS version`,
  )
  return Math.floor(Number(row?.version) / 10_000)
}

// Copying files takes a third of the time of writing them to the log; before 15 it is the only way.
let strategy: string | undefined
async function quickly(server: string): Promise<string> {
  strategy ??= (await majorOf(server)) >= 15 ? ' STRATEGY file_copy' : ''
  return strategy
}

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'test' })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Runs one text on a connection of its own. */
export async function once<Row extends QueryResultRow>(
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
