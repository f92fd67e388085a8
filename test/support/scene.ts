import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createDatabase, databaseUrl, onServer, type TestDatabase } from './postgres.js'
import { createProject, type Project } from './project.js'
import { root } from './root.js'
import {
  startRelease,
  type Environment,
  type RunOptions,
  type Running,
  type RunResult,
} from './run-release.js'

/** An app's folder, a database of its own, and the command between them. */
export interface Scene extends Project {
  readonly database: TestDatabase
  /** The URL of the database for the app's role. */
  readonly url: string
  /** Runs `release` with these words and `DATABASE_URL`. */
  release(words: string, env?: Environment, options?: Partial<RunOptions>): Promise<RunResult>
  start(words: string, env?: Environment, options?: Partial<RunOptions>): Running
  /** Runs node-pg-migrate's own command. */
  nodePgMigrate(words: string, env?: Environment): Running
  /** Names in the history table, oldest first. */
  history(): Promise<string[]>
}

// The role of an app: it owns its databases and nothing else, and its password needs escaping.
export const appRole = {
  name: `app_${randomBytes(4).toString('hex')}`,
  password: `p%:/@ ${randomBytes(6).toString('hex')}`,
}

const databases: TestDatabase[] = []

beforeAll(async () => {
  await onServer(`CREATE ROLE ${appRole.name} LOGIN PASSWORD '${appRole.password}'`)
})

afterAll(async () => {
  for (const database of databases.splice(0)) await database.drop()
  await onServer(`DROP ROLE ${appRole.name}`)
})

/** An empty database of the app's role, or a copy of another; dropped after the tests of the file. */
export async function createAppDatabase(template?: string): Promise<TestDatabase & { appUrl: string }> {
  const database = await createDatabase({ owner: appRole.name, ...(template ? { template } : {}) })
  databases.push(database)
  return { ...database, appUrl: databaseUrl(database.name, appRole) }
}

/** Makes an app with these files, and a database for it. */
export async function createScene(
  files: Readonly<Record<string, string | Buffer>>,
  options: { template?: string; name?: string } = {},
): Promise<Scene> {
  const project = await createProject(files, options.name)
  const database = await createAppDatabase(options.template)
  const url = database.appUrl
  const start: Scene['start'] = (words, env = {}, more = {}) =>
    startRelease(words === '' ? [] : words.split(' '), {
      cwd: project.folder,
      env: { DATABASE_URL: url, ...env },
      ...more,
    })
  return {
    ...project,
    database,
    url,
    start,
    release: async (words, env, more) => await start(words, env, more).done,
    nodePgMigrate: (words, env = {}) =>
      start(words, env, { script: join(root, 'node_modules/node-pg-migrate/bin/node-pg-migrate.js') }),
    history: async () => {
      const rows = await database.query<{ name: string }>('SELECT name FROM pgmigrations ORDER BY run_on, id')
      return rows.map(({ name }) => name)
    },
  }
}
