import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'

const root = resolve(import.meta.dirname, '..')
export const releaseBin = join(root, 'bin', 'release.js')
export const nodePgMigrateBin = join(root, 'node_modules', 'node-pg-migrate', 'bin', 'node-pg-migrate.js')

/** An app folder with that many one-statement migrations, and a database of its own. */
export interface BenchApp {
  readonly folder: string
  readonly url: string
  query(sql: string): Promise<void>
  remove(): Promise<void>
}

const firstTimestamp = 1_700_000_000_000

export const statement = (index: number) => `CREATE TABLE t${index} (id int PRIMARY KEY)`

export async function createApp(serverUrl: string, name: string, count: number): Promise<BenchApp> {
  const folder = await mkdtemp(join(tmpdir(), `release-phase-bench-${name}-`))
  await mkdir(join(folder, 'migrations'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (let index = 0; index < count; index++) {
    const file = `${firstTimestamp + index}_create-t${index}.sql`
    await writeFile(join(folder, 'migrations', file), `${statement(index)};\n`)
  }
  await query(serverUrl, `DROP DATABASE IF EXISTS ${name}`)
  await query(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    folder,
    url: url.href,
    query: async (sql) => await query(url.href, sql),
    remove: async () => {
      await rm(folder, { recursive: true, force: true })
      await query(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/** Writes the history as if the app's migrations had run under node-pg-migrate. */
export async function pretendApplied(app: BenchApp, count: number): Promise<void> {
  await app.query(`CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
    INSERT INTO pgmigrations (name, run_on)
    SELECT ${firstTimestamp} + i || '_create-t' || i, now() FROM generate_series(0, ${count - 1}) i ORDER BY i`)
  await app.query('VACUUM ANALYZE pgmigrations')
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
