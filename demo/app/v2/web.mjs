// The next release: charts have an owner and settings.
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 3,
  application_name: process.env.DYNO,
})
pool.on('error', () => {})

const newest = `SELECT c.id, c.title, c.owner, s.colour
  FROM charts c LEFT JOIN chart_settings s ON s.chart_id = c.id ORDER BY c.id DESC LIMIT 3`

const server = createServer(async (request, response) => {
  try {
    const { rows } = await pool.query(newest)
    response.end(JSON.stringify(rows))
  } catch (error) {
    response.statusCode = 500
    response.end(error.message)
  }
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
