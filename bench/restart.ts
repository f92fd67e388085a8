import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { batchSize, cutIntoBatches, type Batch } from '../src/core/batch.js'
import { formatDuration } from '../src/core/duration.js'
import { createPlatform } from '../src/heroku/client.js'
import { restartDynos } from '../src/heroku/restart/restart.js'
import { startLocalHeroku } from '../src/local-heroku/start.js'
import { printColumns } from './table.js'

const dynos = 100
/** Everything that takes time at Heroku takes a fiftieth of it here, but for the round trips, which are this machine's. */
const scale = 50
const settleMs = 5000
const pollMs = 2000
/** Dynos do not boot alike: from 12 to 30 s. */
const bootMs = (name: string) => 12_000 + (Number(name.split('.')[1]) % 10) * 2000
/** What an account has. https://devcenter.heroku.com/articles/platform-api-reference#rate-limits */
const quota = 4500
const bound = 1000

/**
 * The restart of a hundred dynos whose states are simulated, in batches of several sizes: requests to the Platform
 * API, which do not depend on the machine, and time.
 */
export async function benchRestart(): Promise<void> {
  const rows: string[][] = []
  for (const batch of [{ count: 1 }, { count: 10 }, { share: 0.25 }]) rows.push(await measure(batch))
  console.log(`A restart of ${dynos} dynos on a local Heroku, everything ${scale} times as fast as there\n`)
  printColumns(
    [
      'batch',
      'batches',
      'DELETE',
      'GET',
      'requests',
      'of the quota',
      'bound',
      'at Heroku’s pace',
      'at least',
    ],
    rows,
  )
}

/** Boots and settling alone, were every look made in the very moment. */
function leastMs(batch: Batch): number {
  const names = Array.from({ length: dynos }, (_, index) => `web.${index + 1}`)
  return cutIntoBatches(names, batchSize(batch, dynos)).reduce(
    (sum, members) => sum + Math.max(...members.map(bootMs)) + settleMs,
    0,
  )
}

async function measure(batch: Batch): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-bench-restart-'))
  await writeFile(join(folder, 'Procfile'), 'web: true')
  const heroku = await startLocalHeroku()
  try {
    const app = await heroku.createApp({ simulate: ({ name }) => ({ bootMs: bootMs(name) / scale }) })
    await app.push(folder)
    app.scale('web', dynos)
    await app.waitForDynos()
    const before = heroku.requests.length
    const platform = createPlatform({ token: heroku.token, apiUrl: heroku.url })
    const { batches, durationMs, restarted } = await restartDynos(platform, {
      app: app.name,
      batch,
      pollMs: pollMs / scale,
      settleMs: settleMs / scale,
      onEvent: () => undefined,
    })
    if (restarted.length !== dynos) throw new Error(`${restarted.length} of ${dynos} dynos were restarted`)
    const requests = heroku.requests.slice(before)
    const count = (method: string) => requests.filter((request) => request.method === method).length
    const all = requests.length
    return [
      'count' in batch ? String(batch.count) : `${batch.share * 100}%`,
      String(batches),
      String(count('DELETE')),
      String(count('GET')),
      String(all),
      `${((100 * all) / quota).toFixed(1)} %`,
      `${all <= bound ? 'within' : 'OVER'} ${bound}`,
      formatDuration(durationMs * scale),
      formatDuration(leastMs(batch)),
    ]
  } finally {
    await heroku.close()
    await rm(folder, { recursive: true, force: true })
  }
}
