import type { Pair } from './pair.js'

const nick = { query: 'SELECT nick FROM users WHERE id = $1', values: [1] }

/** Names that are gone, moved or ambiguous. */
export const names: readonly Pair[] = [
  {
    what: 'a column is dropped',
    ...nick,
    migration: 'ALTER TABLE users DROP COLUMN nick',
    finds: { error: '42703' },
    twin: { query: 'SELECT name FROM users WHERE id = $1' },
  },
  {
    what: 'a column is renamed',
    ...nick,
    migration: 'ALTER TABLE users RENAME COLUMN nick TO handle',
    finds: { error: '42703' },
    twin: { migration: 'ALTER TABLE users ADD COLUMN handle text' },
  },
  {
    what: 'a table is renamed',
    ...nick,
    migration: 'ALTER TABLE users RENAME TO people',
    finds: { error: '42P01' },
    twin: {
      migration: 'ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people',
    },
  },
  {
    what: 'a table is dropped',
    query: 'SELECT page FROM visits',
    migration: 'DROP TABLE visits',
    finds: { error: '42P01' },
    twin: { migration: 'DROP TABLE archive' },
  },
  {
    what: 'a table moves to another schema',
    query: 'SELECT page FROM visits',
    migration: 'ALTER TABLE visits SET SCHEMA other',
    finds: { error: '42P01' },
    twin: { query: 'SELECT name FROM users' },
  },
  {
    what: 'a schema is dropped',
    also: 'CREATE TABLE other.log (line text)',
    query: 'SELECT line FROM other.log',
    migration: 'DROP SCHEMA other CASCADE',
    // The table is looked for before the schema is.
    finds: { error: '42P01' },
    twin: { query: 'SELECT page FROM visits' },
  },
  {
    what: 'a schema is dropped that a function is called in',
    also: 'CREATE FUNCTION other.one() RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
    query: 'SELECT other.one()',
    migration: 'DROP SCHEMA other CASCADE',
    finds: { error: '3F000' },
    twin: { query: 'SELECT price_of(1)' },
  },
  {
    what: 'a view is dropped',
    query: 'SELECT name FROM active_users',
    migration: 'DROP VIEW active_users',
    finds: { error: '42P01' },
    twin: {
      migration: 'CREATE OR REPLACE VIEW active_users AS SELECT id, name, email, 1 AS more FROM users',
    },
  },
  {
    what: 'a function is dropped',
    query: 'SELECT price_of($1)',
    values: [1],
    migration: 'DROP FUNCTION price_of',
    finds: { error: '42883' },
    twin: {
      migration:
        'CREATE OR REPLACE FUNCTION price_of(a integer) RETURNS integer LANGUAGE sql AS $$SELECT a * 2$$',
    },
  },
  {
    what: 'an overload with a default is added',
    query: 'SELECT price_of(1)',
    migration:
      'CREATE FUNCTION price_of(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql AS $$SELECT a$$',
    finds: { error: '42725' },
    twin: {
      migration:
        'CREATE FUNCTION price_of(a integer, b integer) RETURNS integer LANGUAGE sql AS $$SELECT a$$',
    },
  },
  {
    what: 'an argument is renamed',
    query: 'SELECT price_of(a => 1)',
    migration:
      'DROP FUNCTION price_of; CREATE FUNCTION price_of(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x$$',
    finds: { error: '42883' },
    twin: { query: 'SELECT price_of(1)' },
  },
  {
    what: 'the signature of a function is changed',
    query: 'SELECT price_of(id) FROM users',
    migration:
      'DROP FUNCTION price_of; CREATE FUNCTION price_of(a date) RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
    finds: { error: '42883' },
    twin: {
      migration:
        'DROP FUNCTION price_of; CREATE FUNCTION price_of(a bigint) RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
    },
  },
  {
    what: 'a sequence is dropped that is named',
    query: "SELECT nextval('numbers')",
    migration: 'DROP SEQUENCE numbers',
    finds: { error: '42P01' },
    twin: { migration: 'ALTER SEQUENCE numbers INCREMENT BY 5' },
  },
  {
    what: 'a column makes a name in a join ambiguous',
    query: 'SELECT state FROM users JOIN orders ON orders.user_id = users.id',
    migration: 'ALTER TABLE users ADD COLUMN state text',
    finds: { error: '42702' },
    twin: { query: 'SELECT orders.state FROM users JOIN orders ON orders.user_id = users.id' },
  },
  {
    what: 'a column is added to what INSERT ... SELECT * copies',
    query: 'INSERT INTO archive SELECT * FROM orders',
    migration: 'ALTER TABLE orders ADD COLUMN paid boolean',
    finds: { error: '42601' },
    twin: { query: 'INSERT INTO archive (id, user_id) SELECT id, user_id FROM orders' },
  },
  {
    what: 'a column is added to one side of a UNION of stars',
    query: 'SELECT * FROM archive UNION ALL SELECT * FROM orders',
    migration: 'ALTER TABLE orders ADD COLUMN paid boolean',
    finds: { error: '42601' },
    twin: { query: 'SELECT id FROM archive UNION ALL SELECT id FROM orders' },
  },
  {
    what: 'a column takes the name of an alias in GROUP BY',
    query: 'SELECT length(name) AS size, count(*) FROM users GROUP BY size',
    migration: 'ALTER TABLE users ADD COLUMN size integer',
    finds: { error: '42803' },
    twin: { query: 'SELECT length(name) AS size, count(*) FROM users GROUP BY length(name)' },
  },
  {
    what: 'the primary key goes that GROUP BY relies on',
    query: 'SELECT page FROM visits GROUP BY id',
    migration: 'ALTER TABLE visits DROP CONSTRAINT visits_pkey',
    finds: { error: '42803' },
    twin: { query: 'SELECT page FROM visits GROUP BY id, page' },
  },
  {
    what: 'a NATURAL JOIN gets another column in common',
    query: 'SELECT page FROM visits NATURAL JOIN archive',
    migration: 'ALTER TABLE archive ADD COLUMN page text',
    finds: { silent: 'proof-rows-change' },
    twin: { migration: 'ALTER TABLE archive ADD COLUMN paid text' },
  },
  {
    what: 'a table is renamed behind a view, and its primary key is grouped by',
    query: 'SELECT page FROM visits GROUP BY id',
    migration:
      'ALTER TABLE visits RENAME TO calls; CREATE VIEW visits AS SELECT id, user_id, page FROM calls',
    finds: { error: '42803' },
    twin: { query: 'INSERT INTO visits (page) VALUES ($1) RETURNING id', values: ['p'] },
  },
  {
    what: 'a table is renamed behind a view, and its ctid is read',
    query: 'SELECT ctid FROM visits',
    migration:
      'ALTER TABLE visits RENAME TO calls; CREATE VIEW visits AS SELECT id, user_id, page FROM calls',
    finds: { error: '42703' },
    twin: { query: 'UPDATE visits SET page = $1 WHERE id = $2', values: ['p', 1] },
  },
  {
    what: 'a table is renamed behind a view, and its constraint is named',
    query: 'INSERT INTO visits (id, page) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT visits_pkey DO NOTHING',
    values: [7, 'p'],
    migration:
      'ALTER TABLE visits RENAME TO calls; CREATE VIEW visits AS SELECT id, user_id, page FROM calls',
    finds: { error: '42704' },
    twin: {
      query: 'INSERT INTO visits (id, page) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
    },
  },
  {
    what: 'a view can no longer be written',
    query: 'UPDATE active_users SET name = $1',
    values: ['x'],
    migration:
      'DROP VIEW active_users; CREATE VIEW active_users AS SELECT DISTINCT id, name, email FROM users',
    finds: { error: '55000' },
    twin: { query: 'SELECT name FROM active_users', values: [] },
  },
  {
    what: 'a lock is asked for on what cannot be locked any more',
    query: 'SELECT name FROM active_users WHERE id = $1 FOR UPDATE',
    values: [1],
    migration:
      'DROP VIEW active_users; CREATE VIEW active_users AS SELECT DISTINCT id, name, email FROM users',
    finds: { error: '0A000' },
    twin: { query: 'SELECT name FROM active_users WHERE id = $1' },
  },
]
