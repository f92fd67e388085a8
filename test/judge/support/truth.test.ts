import { expect, it } from 'vitest'
import { truthOf } from './truth-here.js'

const before = `CREATE TABLE users (id int PRIMARY KEY, email text, nick varchar(20));
  CREATE TABLE orders (id int PRIMARY KEY, user_id int, total numeric(10,2));`

const workOf = async (...files: string[]) => {
  const { stalls, fails } = await truthOf({ before, files })
  expect(fails).toBeUndefined()
  return stalls === undefined ? 'none' : `${stalls.lock} ${stalls.table} ${stalls.work}`
}

it.each([
  ['ALTER TABLE users ADD COLUMN a int', 'none'],
  ['ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now()', 'none'],
  ['ALTER TABLE users ADD COLUMN a timestamptz DEFAULT clock_timestamp()', 'ACCESS EXCLUSIVE users rewrite'],
  ['ALTER TABLE users ALTER email SET NOT NULL', 'ACCESS EXCLUSIVE users scan'],
  ['ALTER TABLE users ALTER nick TYPE varchar(30)', 'none'],
  ['ALTER TABLE users ALTER nick TYPE varchar(10)', 'ACCESS EXCLUSIVE users rewrite'],
  ['CREATE INDEX i ON users (email)', 'SHARE users scan'],
  ['-- no-transaction\nCREATE INDEX CONCURRENTLY i ON users (email)', 'none'],
  ['-- no-transaction\nCREATE INDEX i ON users (email)', 'SHARE users scan'],
  ['-- no-transaction\nVACUUM FULL users', 'ACCESS EXCLUSIVE users rewrite'],
  ['-- no-transaction\nVACUUM users', 'none'],
  ['-- no-transaction\nREINDEX SCHEMA public', 'SHARE users scan'],
  ['ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users', 'SHARE ROW EXCLUSIVE orders scan'],
  ['ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID', 'none'],
  ['TRUNCATE users', 'none'],
  ['UPDATE users SET email = 1', 'ROW EXCLUSIVE users row locks'],
  ['UPDATE users SET email = 1 WHERE id = 1', 'none'],
  ['CREATE TABLE c AS SELECT * FROM users', 'none'],
  [
    'ALTER TABLE users ADD COLUMN a int; CREATE TABLE c AS SELECT * FROM orders',
    'ACCESS EXCLUSIVE users scan',
  ],
])('the work under a lock that stops running code shows: %s', async (sql, work) => {
  expect(await workOf(sql)).toBe(work)
})

it('a lock of a moment is told without being a stall', async () => {
  const { stalls, locks } = await truthOf({ before, files: ['CREATE TABLE c (u int REFERENCES users)'] })
  expect(stalls).toBeUndefined()
  expect(locks).toMatchObject([{ table: 'users', lock: 'SHARE ROW EXCLUSIVE', work: undefined }])
})

it.each([
  ['ALTER TABLE users DROP COLUMN nick', 'SELECT nick FROM users', '42703', false],
  ['ALTER TABLE users ADD COLUMN a int', 'SELECT * FROM users', '0A000', true],
  ['ALTER TABLE users ADD COLUMN a int', 'SELECT id FROM users', undefined, undefined],
  [`ALTER TABLE users ADD CHECK (id > 0) NOT VALID`, 'INSERT INTO users VALUES (-1)', '23514', false],
])('what breaks has its SQLSTATE: %s, then %s', async (sql, running, sqlstate, onlyPrepared) => {
  const { breaks } = await truthOf({ before, files: [sql], running })
  expect({ sqlstate: breaks?.sqlstate, onlyPrepared: breaks?.onlyPrepared }).toEqual({
    sqlstate,
    onlyPrepared,
  })
})

it('another answer is told, for another role too', async () => {
  const { breaks, differs } = await truthOf({
    before: `${before} GRANT SELECT ON users TO app;`,
    files: ['ALTER TABLE users ENABLE ROW LEVEL SECURITY'],
    running: 'SELECT count(*) FROM users',
    role: 'app',
  })
  expect(breaks).toBeUndefined()
  expect(differs).toBe('SELECT count(*) FROM users')
})

it('a migration that fails says where', async () => {
  const { fails } = await truthOf({
    before,
    files: ['SELECT 1; CREATE INDEX CONCURRENTLY i ON users (email)'],
  })
  expect(fails).toMatchObject({
    sqlstate: '25001',
    statement: 'CREATE INDEX CONCURRENTLY i ON users (email)',
  })
})
