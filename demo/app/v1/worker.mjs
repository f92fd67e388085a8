// Draws a chart every now and then, so that there is always an old transaction about to end.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 1,
  application_name: process.env.DYNO,
})
pool.on('error', () => {})
process.on('SIGTERM', () => process.exit(0))

for (let count = 0; ; count++) {
  await pool.query('INSERT INTO charts (title) VALUES ($1)', [`chart ${count}`]).catch((error) => {
    console.error(error.message)
  })
  await sleep(100)
}
