import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from './embedded.js'
import { root } from './root.js'

/** One server for the whole suite: `TEST_DATABASE_URL` (a superuser) when set, else one from npm. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // `npm test` has built already; this is for `npx vitest` in a fresh clone.
  if (!existsSync(`${root}/dist/release.cjs`)) execFileSync(process.execPath, ['build.mjs'], { cwd: root })
  const given = process.env['TEST_DATABASE_URL']
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return async () => undefined
  }
  const server = await startEmbeddedPostgres({ flags: ['-c', 'max_connections=200'], inMemory: true })
  await checkVersion(server.url)
  project.provide('postgresUrl', server.url)
  // Vitest ends in order on SIGINT; on SIGTERM the server would be left behind.
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(143)))
  return async () => await server.stop()
}

/** A suite that passes on another version than the one asked for says nothing. */
async function checkVersion(url: string): Promise<void> {
  const wanted = process.env['TEST_POSTGRES'] ?? ''
  if (wanted === '') return
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  const is = rows[0]?.server_version ?? ''
  if (!is.startsWith(`${wanted}.`)) throw new Error(`TEST_POSTGRES=${wanted}, and the server is ${is}`)
}
