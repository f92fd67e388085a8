import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp, nodePgMigrateBin, releaseBin, type BenchApp } from './apps.js'
import { inTurn, median, medianRatio, timeMs } from './pairs.js'
import type { Row } from './table.js'

const count = 1000

// The least that could do it: the same files, a transaction each, on a bare client, nothing recorded.
const bare = `import pg from 'pg'
import { readFileSync, readdirSync } from 'node:fs'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
for (const file of readdirSync('migrations').sort()) {
  await client.query('BEGIN')
  await client.query(readFileSync('migrations/' + file, 'utf8'))
  await client.query('COMMIT')
}
await client.end()
`

/** A thousand pending one-statement files, each in its own transaction, into an empty database every time. */
export async function measureManyMigrations(serverUrl: string, rounds: number): Promise<Row[]> {
  const run = async (name: string, args: readonly string[]): Promise<number> => {
    const app: BenchApp = await createApp(serverUrl, name, count)
    try {
      await writeFile(join(app.folder, 'bare.mjs'), bare)
      return await timeMs({ args, cwd: app.folder, env: { DATABASE_URL: app.url } })
    } finally {
      await app.remove()
    }
  }
  const times = await inTurn(rounds, [
    async () => await run('bench_many_bare', ['bare.mjs']),
    async () => await run('bench_many_release', [releaseBin, 'migrate']),
    async () => await run('bench_many_peer', [nodePgMigrateBin, 'up', '--no-single-transaction']),
  ])
  const [bareMs = [], releaseMs = [], peerMs = []] = times
  const against = 'bare pg client'
  return [
    { what: '1,000 files, bare pg client', medianMs: median(bareMs), ratio: 1, against: 'itself' },
    {
      what: '1,000 files, release migrate',
      medianMs: median(releaseMs),
      ratio: medianRatio(releaseMs, bareMs),
      against,
      bound: 1.2,
    },
    {
      what: '1,000 files, node-pg-migrate up',
      medianMs: median(peerMs),
      ratio: medianRatio(peerMs, bareMs),
      against,
    },
  ]
}
