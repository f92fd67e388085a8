import { family } from './case.js'

export const rowCases = family('rows', {
  'INSERT of a few rows': `INSERT INTO settings VALUES (-5, 'theme', 'dark'), (-6, 'size', 'l')`,
  'INSERT into a table of this plan': `CREATE TABLE kinds (id int, name text); INSERT INTO kinds VALUES (1, 'a'), (2, 'b')`,
  'INSERT SELECT into a table of this plan':
    'CREATE TABLE copies (id int); INSERT INTO copies SELECT id FROM users',
  'UPDATE of a whole table': `UPDATE users SET nickname = 'x'`,
  'UPDATE with a condition that many rows meet': `UPDATE orders SET note = 'old' WHERE note IS NULL`,
  'UPDATE of one row by its key': `UPDATE settings SET value = 'x' WHERE id = 700`,
  'DELETE of a whole table': 'DELETE FROM idle_table',
  'DELETE of one row by its key': 'DELETE FROM settings WHERE id = 900',
  'DELETE of a table of this plan': ['CREATE TABLE carts (id int)', 'DELETE FROM carts'],
  'backfill of a new column': [
    'ALTER TABLE users ADD COLUMN full_name text',
    'UPDATE users SET full_name = name',
  ],
  'backfill inside a DO block': `DO $$ BEGIN UPDATE users SET nickname = name; END $$`,
  SELECT: 'SELECT count(*) FROM users',
  setval: `SELECT setval('ticket_numbers', 100)`,
  set_config: `SELECT set_config('search_path', 'public', false)`,
  'SET LOCAL': `SET LOCAL work_mem = '64MB'`,
  'CTE that deletes': 'WITH gone AS (DELETE FROM idle_table RETURNING id) SELECT count(*) FROM gone',
  'ANALYZE after ADD COLUMN': 'ALTER TABLE users ADD COLUMN k int; ANALYZE users',
})
