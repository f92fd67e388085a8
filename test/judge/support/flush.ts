import type { Client } from 'pg'

/**
 * Makes what this session has counted visible. Before version 15 there is no function for that: a session reports
 * when it becomes idle, twice a second at most, to a process that writes as often.
 * https://www.postgresql.org/docs/14/monitoring-stats.html#MONITORING-STATS-SETUP
 */
export async function flushCounts(client: Client): Promise<void> {
  const { rows } = await client.query<{ can: boolean }>(
    `SELECT to_regproc('pg_stat_force_next_flush') IS NOT NULL AS can`,
  )
  if (rows[0]?.can === true) {
    await client.query('SELECT pg_stat_force_next_flush()')
    return
  }
  for (let times = 0; times < 2; times++) await client.query('SELECT pg_sleep(0.7)')
}
