import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createRecordedApp } from '../../record/support.js'
import { createScratch, proved, told } from '../support/scratch.js'

test('what was recorded of an app is tried, and a query that breaks is found where the app sends it', async () => {
  const scratch = await createScratch()
  const app = await createRecordedApp({
    'migrations/1_base.sql': `CREATE TABLE users (id int PRIMARY KEY, name text, email text);
      CREATE TABLE orders (id int PRIMARY KEY, user_id int, amount int);`,
    'app.mjs': `import pg from 'pg'
import knex from 'knex'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query('SELECT amount FROM users JOIN orders ON user_id = users.id WHERE users.id = $1', [7])
await pool.query({ name: 'all-users', text: 'SELECT * FROM users' })
await pool.query('SELECT name FROM users WHERE id IN ($1, $2)', [1, 2])
await pool.end()
const db = knex({ client: 'pg', connection: process.env.DATABASE_URL })
await db('users').where({ id: 7 }).select('email')
await db.destroy()`,
    '.gitignore': 'node_modules\n',
  })
  expect((await app.release('migrate')).exitCode).toBe(0)
  expect((await app.run('app.mjs')).exitCode).toBe(0)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: app.folder })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'first')
  await app.write('migrations/2_amount.sql', 'ALTER TABLE users ADD COLUMN amount int;\n')

  const { stdout } = await app.release(
    'check --json --prove --since main --queries .release-queries/*.jsonl',
    { DATABASE_URL: undefined, RELEASE_SCRATCH_URL: scratch.url },
  )

  expect(told(proved(stdout)).toSorted()).toEqual([
    'migrations/2_amount.sql:1 proof-prepared-breaks 0A000 at app.mjs:5',
    'migrations/2_amount.sql:1 proof-query-breaks 42702 at app.mjs:4',
  ])
  expect(git('status', '--short').toString()).not.toContain('.release-queries')
})
