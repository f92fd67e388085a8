import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createApp } from './apps.js'
import { median, runNode } from './pairs.js'
import type { Row } from './table.js'

const recorder = resolve(import.meta.dirname, '../dist/record.cjs')

/**
 * What recording costs the app: the same queries by turns through the driver as it is and as the recorder has it, in
 * one process, in blocks so short that whatever else the machine does meets few of them. Queries to a server on this
 * machine are the fastest that there are, so the share of the recorder is the largest.
 */
export async function measureRecord(serverUrl: string, rounds: number): Promise<Row[]> {
  const app = await createApp(serverUrl, 'bench_record', 0)
  try {
    await app.query('CREATE TABLE orders (id int PRIMARY KEY, total int, note text)')
    await app.query(
      'INSERT INTO orders SELECT i, i, repeat(chr(97 + i % 26), 40) FROM generate_series(1, 1000) i',
    )
    await writeFile(join(app.folder, 'measure.mjs'), script)
    const env = { DATABASE_URL: app.url, RECORDER: recorder, ROUNDS: String(rounds * 50) }
    const printed = await runNode({ args: ['measure.mjs'], cwd: app.folder, env })
    const measured = JSON.parse(printed) as Measured[]
    return measured.flatMap(({ what, withoutMs, withMs }) => [
      { what: `20 times ${what}`, medianMs: median(withoutMs), ratio: 1, against: 'itself' },
      {
        what: '  the same, recorded',
        medianMs: median(withMs),
        ratio: median(withMs.map((ms, index) => ms / (withoutMs[index] ?? Number.NaN))),
        against: 'pg as it is',
        bound: 1.03,
      },
    ])
  } finally {
    await app.remove()
  }
}

interface Measured {
  readonly what: string
  readonly withoutMs: readonly number[]
  readonly withMs: readonly number[]
}

const script = `import { createRequire } from 'node:module'
import pg from 'pg'
const { Client, Pool } = pg
const base = Object.getPrototypeOf(Pool.prototype)
const plain = [Client.prototype.query, base.query]
createRequire(import.meta.url)(process.env.RECORDER)
const recorded = [Client.prototype.query, base.query]
if (plain[0] === recorded[0] || plain[1] === recorded[1]) throw new Error('nothing is recorded')
const use = ([client, pool]) => {
  Client.prototype.query = client
  base.query = pool
}
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const client = await pool.connect()
const texts = Array.from({ length: 80 }, (_, i) => 'SELECT id, total, note FROM orders WHERE id = $1 AND total > -' + i)
let next = 0
const works = {
  'SELECT 1': async () => {
    for (let i = 0; i < 20; i++) await client.query('SELECT 1')
  },
  'one of 80 queries by key': async () => {
    for (let i = 0; i < 20; i++) await client.query(texts[next++ % 80], [i])
  },
  'the same through a pool, four at a time': async () => {
    for (let i = 0; i < 5; i++) await Promise.all([0, 1, 2, 3].map(() => pool.query(texts[next++ % 80], [i])))
  },
}
const time = async (work, how) => {
  use(how)
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
const measured = []
for (const [what, work] of Object.entries(works)) {
  const withoutMs = []
  const withMs = []
  for (let round = -200; round < Number(process.env.ROUNDS); round++) {
    // Who comes first changes, so that whatever drifts meets both alike.
    const pair = round % 2 === 0 ? [plain, recorded] : [recorded, plain]
    const times = [await time(work, pair[0]), await time(work, pair[1])]
    if (round < 0) continue
    withoutMs.push(times[pair.indexOf(plain)])
    withMs.push(times[pair.indexOf(recorded)])
  }
  measured.push({ what, withoutMs, withMs })
}
client.release()
await pool.end()
console.log(JSON.stringify(measured))
`
