// Shows the newest charts. This is the code that runs while the next release migrates.
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 3,
  application_name: process.env.DYNO,
})
pool.on('error', () => {})

const server = createServer(async (request, response) => {
  try {
    const { rows } = await pool.query('SELECT id, title FROM charts ORDER BY id DESC LIMIT 3')
    response.end(JSON.stringify(rows))
  } catch (error) {
    response.statusCode = 500
    response.end(error.message)
  }
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
