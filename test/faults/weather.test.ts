import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { messageOf } from '../../src/core/errors.js'
import { createProject } from '../support/project.js'
import { startRelease } from '../support/run-release.js'
import { lendDatabases, type Lent } from './databases.js'
import { all, seed } from './extent.js'
import { leftovers } from './leftovers.js'
import { randomFrom } from './points.js'

const databases = lendDatabases(`
  CREATE TABLE items (id int, label text); INSERT INTO items SELECT n, n::text FROM generate_series(1, 500) n;
  CREATE INDEX items_old ON items (label)`)

const migrations = {
  'migrations/1_index.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY items_label ON items (label);',
  'migrations/2_unique.sql': `-- no-transaction
-- release:allow unique-index "they are numbered"
CREATE UNIQUE INDEX CONCURRENTLY items_id ON items (id);`,
  'migrations/3_reindex.sql': '-- no-transaction\nREINDEX INDEX CONCURRENTLY items_label;',
  'migrations/4_drop.sql': '-- no-transaction\nDROP INDEX CONCURRENTLY items_old;',
} as const

afterAll(async () => await databases.drop())

it('index migrations under old snapshots that come and go leave no invalid index and no deadlock, also while other releases wait', async () => {
  const { folder } = await createProject(migrations)
  for (let round = 0; round < (all ? 5 : 1); round++) {
    await databases.lend(async (lent) => {
      const weather = makeWeather(lent, randomFrom(seed + round))
      const releases = [1, 2, 3].map(() =>
        startRelease(['migrate'], { cwd: folder, env: { DATABASE_URL: lent.url }, deadlineMs: 300_000 }),
      )
      const results = await Promise.all(releases.map(async ({ done }) => await done))
      expect(await weather.stop()).toEqual([])
      expect(results.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr))).toEqual(['', '', ''])
      expect(results.map(({ stderr }) => stderr).join('')).not.toContain('40P01')
      const { rows } = await lent.observer.query<{ name: string; valid: boolean }>(
        `SELECT c.relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
         WHERE indrelid = 'items'::regclass ORDER BY 1`,
      )
      expect(rows).toEqual([
        { name: 'items_id', valid: true },
        { name: 'items_label', valid: true },
      ])
      expect(await leftovers(lent.observer)).toEqual([])
    })
  }
}, 900_000)

/** Four sessions, one of which always has a snapshot that is older than the others'. */
function makeWeather({ database, url }: Lent, random: () => number): { stop(): Promise<string[]> } {
  const over = new AbortController()
  const failed: string[] = []
  const visit = async (sql: string) => {
    const client = await database.connect(url)
    while (!over.signal.aborted) {
      try {
        await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${sql}`)
        await sleep(random() * 2500, undefined, { signal: over.signal }).catch(() => undefined)
        await client.query('COMMIT')
      } catch (error) {
        failed.push(`${sql}: ${messageOf(error)}`)
      }
    }
    await client.end()
  }
  const visits = Promise.all(
    ['SELECT 1', 'SELECT count(*) FROM items', 'SELECT 2', 'UPDATE items SET label = label WHERE id = 7'].map(
      visit,
    ),
  )
  return {
    stop: async () => {
      over.abort()
      await visits
      return failed
    },
  }
}
