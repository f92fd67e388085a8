import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp, nodePgMigrateBin, pretendApplied, releaseBin, type BenchApp } from './apps.js'
import { inTurn, median, medianRatio, timeMs, type CommandLine } from './pairs.js'
import type { Row } from './table.js'

const bare = `import pg from 'pg'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query('SELECT 1')
await client.end()
`

const counts = [10, 1000, 10_000] as const

/**
 * The commonest run: nothing is pending. Whole processes, against a bare node process that loads the package
 * `pg`, connects and runs one select; and the cost of many applied files against few.
 */
export async function measureNothingToDo(serverUrl: string, rounds: number): Promise<Row[]> {
  const apps: BenchApp[] = []
  try {
    for (const count of counts) {
      const app = await createApp(serverUrl, `bench_noop_${count}`, count)
      apps.push(app)
      await pretendApplied(app, count)
      await writeFile(join(app.folder, 'bare.mjs'), bare)
      await timeMs(release(app))
    }
    const [few] = apps
    if (few === undefined) return []
    const runs = [line(few, 'bare.mjs'), ...apps.map(release), line(few, nodePgMigrateBin, 'up')]
    const times = await inTurn(
      rounds,
      runs.map((run) => async () => await timeMs(run)),
    )
    const [bareMs = [], fewMs = [], manyMs = [], mostMs = [], peerMs = []] = times
    return [
      row('bare node + pg, one select', bareMs, bareMs, 'itself'),
      row('release migrate, 10 applied', fewMs, bareMs, 'bare node + pg', 1.15),
      row('release migrate, 1,000 applied', manyMs, fewMs, '10 applied', 1.1),
      row('release migrate, 10,000 applied', mostMs, fewMs, '10 applied', 1.1),
      row('node-pg-migrate up, 10 applied', peerMs, bareMs, 'bare node + pg'),
    ]
  } finally {
    for (const app of apps) await app.remove()
  }
}

const row = (
  what: string,
  over: readonly number[],
  under: readonly number[],
  against: string,
  bound?: number,
): Row => ({
  what,
  medianMs: median(over),
  ratio: medianRatio(over, under),
  against,
  ...(bound === undefined ? {} : { bound }),
})

const release = (app: BenchApp): CommandLine => line(app, releaseBin, 'migrate')

const line = (app: BenchApp, ...args: string[]): CommandLine => ({
  args,
  cwd: app.folder,
  env: { DATABASE_URL: app.url },
})
