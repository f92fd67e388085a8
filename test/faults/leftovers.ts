import type { Client } from 'pg'
import { eventually } from '../support/eventually.js'

/** Sessions and locks of ours that are still there although nobody releases any more. */
export async function leftovers(
  client: Client,
  names: readonly string[] = ['release-phase%'],
): Promise<string[]> {
  const read = async () => {
    const { rows } = await client.query<{ line: string }>(
      `
      SELECT format('left a session: %s, %s, %s', application_name, state, query) AS line FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE ANY ($1)
      UNION ALL
      SELECT format('left a lock: %s, %s', objid, mode) FROM pg_locks
      WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [names],
    )
    return rows.map(({ line }) => line)
  }
  // A session ends a moment after its client.
  const gone = eventually(async () => (await read()).length === 0, 'sessions and locks are gone', 5000)
  return await gone.then(
    () => [],
    async () => await read(),
  )
}
