import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from './embedded.js'

/** One server for the whole suite: `TEST_DATABASE_URL` (a superuser) when set, else one from npm. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return async () => undefined
  }
  const server = await startEmbeddedPostgres({ flags: ['-c', 'max_connections=200'] })
  project.provide('postgresUrl', server.url)
  return async () => await server.stop()
}
