import { existsSync } from 'node:fs'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { startEmbeddedPostgres } from './embedded.js'
import { eventually } from './eventually.js'

// What Ctrl-C in a terminal does, which reaches the server too.
test('a server that has ended before is stopped all the same, and its folder is gone', async () => {
  const server = await startEmbeddedPostgres()
  const client = new Client({ connectionString: server.url })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ folder: string; file: string }>(
    "SELECT current_setting('data_directory') AS folder, pg_read_file('postmaster.pid') AS file",
  )
  const { folder, file } = rows[0] ?? { folder: '', file: '' }
  process.kill(Number.parseInt(file, 10), 'SIGINT')
  await eventually(() => !existsSync(`${folder}/postmaster.pid`), 'the server has ended')

  await server.stop()

  expect(folder).toContain('release-phase-pg-')
  expect(existsSync(folder)).toBe(false)
})
