import { family } from './case.js'

/** What most migrations of an app are: new things, and what goes with them. */
export const everydayCases = family('everyday', {
  'table with its indexes and a foreign key to a new one': `CREATE TABLE teams (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE TABLE members (team_id bigint NOT NULL REFERENCES teams ON DELETE CASCADE, user_id int NOT NULL, role text NOT NULL DEFAULT 'member', PRIMARY KEY (team_id, user_id));
    CREATE INDEX members_user_id_idx ON members (user_id)`,
  'table with an enum, a comment and seeds': `CREATE TYPE tier AS ENUM ('free', 'pro');
    CREATE TABLE plans (id text PRIMARY KEY, tier tier NOT NULL DEFAULT 'free', price_cents int NOT NULL CHECK (price_cents >= 0));
    COMMENT ON TABLE plans IS 'what one can buy'; INSERT INTO plans VALUES ('basic', 'free', 0), ('gold', 'pro', 900)`,
  'table with jsonb, array and timestamps': `CREATE TABLE webhooks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), url text NOT NULL, topics text[] NOT NULL DEFAULT '{}', headers jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())`,
  'table if it is not there yet, with an index': `CREATE TABLE IF NOT EXISTS audits (id bigserial PRIMARY KEY, what text); CREATE INDEX IF NOT EXISTS audits_what ON audits (what)`,
  'new table altered at once': `CREATE TABLE carts (id int); ALTER TABLE carts ADD COLUMN a int NOT NULL DEFAULT 1; ALTER TABLE carts ADD PRIMARY KEY (id); ALTER TABLE carts ALTER COLUMN a TYPE bigint; ALTER TABLE carts RENAME COLUMN a TO b; ALTER TABLE carts RENAME TO baskets`,
  'new table filled with VALUES and constrained': `CREATE TABLE colours (id int, name text); INSERT INTO colours VALUES (1, 'red'), (2, 'blue'); ALTER TABLE colours ADD PRIMARY KEY (id), ALTER COLUMN name SET NOT NULL`,
  'boolean flag with a default': 'ALTER TABLE users ADD COLUMN is_admin boolean NOT NULL DEFAULT false',
  'counter with a default': 'ALTER TABLE orders ADD COLUMN retries smallint NOT NULL DEFAULT 0',
  'json settings with a default': `ALTER TABLE users ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}'`,
  'interval default': `ALTER TABLE orders ADD COLUMN grace interval NOT NULL DEFAULT '3 days'`,
  'default from a stable function': 'ALTER TABLE orders ADD COLUMN made_by text DEFAULT CURRENT_USER',
  'default of an immutable expression': `ALTER TABLE orders ADD COLUMN marker text DEFAULT upper('a') || 'b'`,
  'default that is computed of now()': `ALTER TABLE orders ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day'`,
  'default NULL': 'ALTER TABLE users ADD COLUMN bio text DEFAULT NULL',
  'text column with a collation': 'ALTER TABLE users ADD COLUMN handle text COLLATE "C"',
  'nullable column, then its volatile default': [
    'ALTER TABLE orders ADD COLUMN public_id uuid',
    'ALTER TABLE orders ALTER COLUMN public_id SET DEFAULT gen_random_uuid()',
  ],
  'several columns at once':
    'ALTER TABLE users ADD COLUMN a text, ADD COLUMN b int DEFAULT 3, ADD COLUMN c timestamptz DEFAULT now(), ADD COLUMN d boolean NOT NULL DEFAULT false',
  'column, and an index in a file of its own': [
    'ALTER TABLE users ADD COLUMN locale text',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY users_locale_idx ON users (locale)',
  ],
  'partial index, concurrently':
    "-- no-transaction\nCREATE INDEX CONCURRENTLY orders_new_idx ON orders (placed_on) WHERE status = 'new'",
  'expression index, concurrently':
    '-- no-transaction\nCREATE INDEX CONCURRENTLY users_email_lower_idx ON users (lower(email))',
  'two indexes, concurrently, in one file':
    '-- no-transaction\nCREATE INDEX CONCURRENTLY o1 ON orders (due_on);\nCREATE INDEX CONCURRENTLY o2 ON orders (total DESC NULLS LAST)',
  'gin index, concurrently':
    '-- no-transaction\nCREATE INDEX CONCURRENTLY orders_payload_idx ON orders USING gin (payload jsonb_path_ops)',
  'index rebuilt, concurrently': '-- no-transaction\nREINDEX TABLE CONCURRENTLY settings',
  'index dropped, concurrently, if it is there':
    '-- no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS users_name_idx',
  'index dropped that was never there':
    '-- no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS nothing_like_that',
  'plain index renamed': 'ALTER INDEX orders_user_id_idx RENAME TO orders_by_user',
  'CHECK renamed': 'ALTER TABLE orders RENAME CONSTRAINT orders_total_positive TO total_is_positive',
  'CHECK dropped': 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_total_positive',
  'NOT NULL dropped': 'ALTER TABLE settings ALTER COLUMN name DROP NOT NULL',
  'limit of a text lifted': 'ALTER TABLE orders ALTER COLUMN note TYPE text',
  'limit of a text raised': 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(400)',
  'seeds, idempotent':
    "INSERT INTO settings (id, name, value) VALUES (-50, 'a', 'b'), (-51, 'c', 'd') ON CONFLICT (id) DO NOTHING",
  'one row changed by its key': "UPDATE settings SET value = 'on' WHERE id = 3 AND name = 'k3'",
  'one row taken away by its key': 'DELETE FROM settings WHERE id = -12345',
  'query before and after': 'SELECT 1; ALTER TABLE users ADD COLUMN a int; SELECT 2',
  'extension, schema, sequence': `CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE SCHEMA IF NOT EXISTS reports; CREATE SEQUENCE IF NOT EXISTS reports.numbers`,
  'function in plpgsql, replaced twice': `CREATE OR REPLACE FUNCTION slug(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(t); END $$; CREATE OR REPLACE FUNCTION slug(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(trim(t)); END $$`,
  'view over old tables': `CREATE OR REPLACE VIEW order_totals AS SELECT o.id, u.email, o.total FROM orders o JOIN users u ON u.id = o.user_id`,
  'partition made aside, then attached': `CREATE TABLE events_2030 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
  'enum value added where it is missing': `ALTER TYPE kind ADD VALUE IF NOT EXISTS 'c'`,
  'enum value added by itself': `-- no-transaction\nALTER TYPE kind ADD VALUE 'd' AFTER 'a'`,
  'statistics target and fillfactor':
    'ALTER TABLE orders ALTER COLUMN user_id SET STATISTICS 1000; ALTER TABLE orders SET (fillfactor = 90); ANALYZE orders',
  'rights for a new table': 'CREATE TABLE public_notes (id int); GRANT SELECT ON public_notes TO PUBLIC',
  'temporary table for a calculation':
    'CREATE TEMP TABLE numbers AS SELECT generate_series(1, 10) AS n; DROP TABLE numbers',
  'search path of the session': `SET search_path = public; CREATE TABLE carts (id int)`,
  'table of another schema altered': 'ALTER TABLE archive.orders ADD COLUMN reason text',
  'partitioned table gets a column': 'ALTER TABLE events ADD COLUMN source text',
  'default of a partitioned table': `ALTER TABLE events ALTER COLUMN body SET DEFAULT ''`,
})
