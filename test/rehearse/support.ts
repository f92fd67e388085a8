import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'
import { createProject, type Project } from '../support/project.js'
import { root } from '../support/root.js'
import {
  runRelease,
  startRelease,
  type Environment,
  type Running,
  type RunResult,
} from '../support/run-release.js'

/** A web app that reads and writes one table, and says in a file who it is and which database it was given. */
export const webApp = (table: string) => `
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 })
pool.on('error', () => {})
if (process.env.SEEN) appendFileSync(process.env.SEEN, JSON.stringify({ pid: process.pid, env: process.env }) + '\\n')
const server = createServer(async (request, response) => {
  try {
    if (request.url === '/broken') throw new Error('broken from the start')
    if (request.url === '/') return response.end('hello')
    const { rows } = request.method === 'POST'
      ? await pool.query('INSERT INTO ${table} (title) VALUES ($1) RETURNING id', ['drawn'])
      : await pool.query('SELECT id, title FROM ${table} ORDER BY id DESC LIMIT 3')
    response.end(JSON.stringify(rows))
  } catch (error) {
    console.error('error: ' + error.message)
    response.statusCode = 500
    response.end(error.message)
  }
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

const releaseCommand = `node ${join(root, 'bin/release.js')} migrate`
export const procfile = `release: ${releaseCommand}\nweb: node web.mjs\n`

export const createCharts = `CREATE TABLE charts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);
INSERT INTO charts (title) VALUES ('first');`

export const rename = `-- release:allow rename "rehearsed on purpose"
ALTER TABLE charts RENAME TO drawings;`

export const renameWithBridge = `${rename}
CREATE VIEW charts AS SELECT id, title FROM drawings;`

const words = (given: readonly string[]) => ['rehearse', '--since', 'main', '--steady', '700ms', ...given]

/** An app in a repository, its first version committed on main. */
export interface Repository extends Project {
  rehearse(words: readonly string[], env?: Environment): Promise<RunResult>
  start(words: readonly string[], env?: Environment): Running
}

export async function createRepository(files: Readonly<Record<string, string>> = {}): Promise<Repository> {
  const project = await createProject({
    Procfile: procfile,
    'web.mjs': webApp('charts'),
    '.gitignore': 'node_modules\n',
    'migrations/1_charts.sql': createCharts,
    ...files,
  })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project.folder })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'first')
  const options = (env: Environment) => ({
    cwd: project.folder,
    deadlineMs: 55_000,
    env: { RELEASE_SCRATCH_URL: inject('postgresUrl'), ...env },
  })
  return {
    ...project,
    rehearse: async (given, env = {}) => await runRelease(words(given), options(env)),
    start: (given, env = {}) => startRelease(words(given), options(env)),
  }
}

/** What `--json` prints, as far as tests look at it. */
export interface Rehearsed {
  readonly verdict: string
  readonly requests: number
  readonly failed: number
  readonly failedAnyway: number
  readonly phases: readonly {
    readonly name: string
    readonly requests: number
    readonly failed: number
    readonly fromMs: number
    readonly toMs: number
  }[]
  readonly routes: readonly {
    readonly route: string
    readonly failures: number
    readonly byDeploy: boolean
    readonly errors: readonly string[]
    readonly firstMs: number
    readonly lastMs: number
  }[]
  readonly slowRoutes: readonly {
    readonly route: string
    readonly phase: string
    readonly longestMs: number
  }[]
  readonly migrations: readonly { readonly name: string; readonly outcome: string; readonly toMs: number }[]
  readonly dynos: readonly {
    readonly dyno: string
    readonly version: number
    readonly servedMs?: number
    readonly endMs?: number
  }[]
}

export const readJson = ({ stdout }: RunResult) => JSON.parse(stdout) as Rehearsed
