import { family } from './case.js'

/** Indexes and constraints over expressions, and what type changes and drops do to them. */
export const expressionCases = family('expressions', {
  'type widened under an expression index': [
    '-- no-transaction\nCREATE INDEX CONCURRENTLY notes_lower ON orders (lower(note))',
    'ALTER TABLE orders ALTER COLUMN note TYPE varchar(300)',
  ],
  'type to text under an expression index': [
    '-- no-transaction\nCREATE INDEX CONCURRENTLY notes_lower ON orders (lower(note))',
    'ALTER TABLE orders ALTER COLUMN note TYPE text',
  ],
  'type to text under a partial index': [
    "-- no-transaction\nCREATE INDEX CONCURRENTLY notes_some ON orders (id) WHERE note <> ''",
    'ALTER TABLE orders ALTER COLUMN note TYPE text',
  ],
  'type to text under a plain index': [
    '-- no-transaction\nCREATE INDEX CONCURRENTLY notes_plain ON orders (note)',
    'ALTER TABLE orders ALTER COLUMN note TYPE text',
  ],
  'type widened under a unique constraint': 'ALTER TABLE users ALTER COLUMN email TYPE varchar(120)',
  'type to text under a unique constraint': 'ALTER TABLE users ALTER COLUMN email TYPE text',
  'numeric widened under a CHECK': 'ALTER TABLE orders ALTER COLUMN total TYPE numeric(16, 2)',
  'collation changed under an index': 'ALTER TABLE users ALTER COLUMN name TYPE text COLLATE "C"',
  'varchar of one length to the same': 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(100)',
  'column inside an expression index dropped': [
    '-- no-transaction\nCREATE INDEX CONCURRENTLY nick_lower ON users (lower(nickname))',
    'ALTER TABLE users DROP COLUMN nickname',
  ],
  'unique index on an expression that code violates':
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY settings_lower ON settings (lower(name))',
  'unique partial index that code violates':
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY orders_some ON orders (user_id) WHERE id > 0',
  'expression index dropped': {
    files: ['CREATE TABLE t (a text); CREATE INDEX t_lower ON t (lower(a))', 'DROP INDEX t_lower'],
  },
  'INCLUDE columns, concurrently':
    '-- no-transaction\nCREATE INDEX CONCURRENTLY orders_user_total ON orders (user_id) INCLUDE (total)',
  'hash index': 'CREATE INDEX settings_value ON settings USING hash (value)',
  'brin index': 'CREATE INDEX orders_placed ON orders USING brin (placed_on)',
  'index with a collation': 'CREATE INDEX users_name_c ON users (name COLLATE "C")',
  'NULLS NOT DISTINCT': [
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY settings_v ON settings (name) NULLS NOT DISTINCT',
  ],
  'ON CONFLICT target goes from index to constraint': [
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY orders_token_two ON orders (token)',
    '-- no-transaction\nDROP INDEX CONCURRENTLY orders_token_idx',
  ],
  'constraint behind ON CONFLICT replaced in one statement':
    'ALTER TABLE users DROP CONSTRAINT users_email_key, ADD CONSTRAINT users_email_unique UNIQUE (email)',
  'key swapped for an index made before': [
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_email_two ON users (email)',
    'ALTER TABLE users DROP CONSTRAINT users_email_key, ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_two',
  ],
  'primary key to bigint': 'ALTER TABLE settings ALTER COLUMN id TYPE bigint',
  'key of another column': 'ALTER TABLE settings DROP CONSTRAINT settings_pkey',
  'rename of an index behind a constraint': 'ALTER INDEX items_pkey RENAME TO items_key',
  'rename of a foreign key': 'ALTER TABLE orders RENAME CONSTRAINT orders_user_id_fkey TO orders_user',
  'EXCLUDE deferrable':
    'ALTER TABLE idle_table ADD CONSTRAINT apart EXCLUDE USING btree (b WITH =) DEFERRABLE',
  'EXCLUDE in a new table': 'CREATE TABLE stays (span int4range, EXCLUDE USING gist (span WITH &&))',
  'UNIQUE DEFERRABLE behind ON CONFLICT':
    'ALTER TABLE users DROP CONSTRAINT users_email_key, ADD CONSTRAINT users_email_key UNIQUE (email) DEFERRABLE',
  'CHECK with NO INHERIT': 'ALTER TABLE items ADD CONSTRAINT q CHECK (qty < 1000000) NO INHERIT',
  'CHECK over two columns, NOT VALID': 'ALTER TABLE items ADD CHECK (qty > 0 AND price > 0) NOT VALID',
  'CHECK that calls a function':
    'ALTER TABLE items ADD CONSTRAINT short_sku CHECK (length(sku) > 1) NOT VALID',
  'foreign key with ON DELETE SET NULL':
    'ALTER TABLE idle_table ADD CONSTRAINT to_settings FOREIGN KEY (b) REFERENCES settings ON DELETE SET NULL NOT VALID',
  'foreign key to itself': 'ALTER TABLE idle_table ADD FOREIGN KEY (b) REFERENCES idle_table NOT VALID',
  'CHECK on a column of this plan': [
    'ALTER TABLE users ADD COLUMN score int',
    'ALTER TABLE users ADD CONSTRAINT score_positive CHECK (score > 0) NOT VALID',
    'ALTER TABLE users VALIDATE CONSTRAINT score_positive',
  ],
  'foreign key on a column of this plan': [
    'ALTER TABLE items ADD COLUMN owner_id int',
    'ALTER TABLE items ADD CONSTRAINT items_owner FOREIGN KEY (owner_id) REFERENCES users NOT VALID',
    'ALTER TABLE items VALIDATE CONSTRAINT items_owner',
  ],
  'unique constraint on a column of this plan': [
    'ALTER TABLE users ADD COLUMN handle text',
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_handle ON users (handle)',
    'ALTER TABLE users ADD CONSTRAINT users_handle UNIQUE USING INDEX users_handle',
  ],
  'statistics on an expression': 'CREATE STATISTICS users_lower ON (lower(name)), age FROM users',
  'statistics dropped': [
    'CREATE STATISTICS orders_stats ON user_id, status FROM orders',
    'DROP STATISTICS orders_stats',
  ],
  'collation made': `CREATE COLLATION german (provider = icu, locale = 'de')`,
})
