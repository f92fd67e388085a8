import { family } from './case.js'

export const indexCases = family('indexes', {
  'CREATE INDEX': 'CREATE INDEX orders_status ON orders (status)',
  'CREATE INDEX IF NOT EXISTS': 'CREATE INDEX IF NOT EXISTS orders_status ON orders (status)',
  'CREATE INDEX without a name': 'CREATE INDEX ON orders (placed_on DESC)',
  'on an expression': 'CREATE INDEX users_lower ON users (lower(email))',
  partial: "CREATE INDEX orders_open ON orders (id) WHERE status = 'new'",
  gin: 'CREATE INDEX orders_payload ON orders USING gin (payload)',
  'quoted table': 'CREATE INDEX odd ON "Odd Table" ("Odd Column")',
  'schema-qualified': 'CREATE INDEX archived ON archive.orders (note)',
  CONCURRENTLY: '-- no-transaction\nCREATE INDEX CONCURRENTLY orders_status ON orders (status)',
  'CONCURRENTLY with lower case words':
    '-- no-transaction\ncreate index concurrently if not exists orders_status on orders (status)',
  UNIQUE: 'CREATE UNIQUE INDEX settings_name ON settings (name)',
  'UNIQUE CONCURRENTLY that code violates':
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY settings_name ON settings (name)',
  'on a table of this file': 'CREATE TABLE carts (id int); CREATE INDEX ON carts (id)',
  'on a table of an earlier file': ['CREATE TABLE carts (id int)', 'CREATE INDEX ON carts (id)'],
  'unique on a new column': [
    'ALTER TABLE idle_table ADD COLUMN c int',
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY c_idx ON idle_table (c)',
  ],
  'on a partitioned table': 'CREATE INDEX ON events (id)',
  'ON ONLY a partitioned table': 'CREATE INDEX events_id ON ONLY events (id)',
  'DROP INDEX': {
    files: ['DROP INDEX users_name_idx'],
    online: ['-- no-transaction\nDROP INDEX CONCURRENTLY users_name_idx'],
  },
  'DROP INDEX CONCURRENTLY': '-- no-transaction\nDROP INDEX CONCURRENTLY users_name_idx',
  'DROP of the unique index behind ON CONFLICT': {
    files: ['DROP INDEX orders_token_idx'],
    online: ['-- no-transaction\nDROP INDEX CONCURRENTLY orders_token_idx'],
  },
  'DROP CONCURRENTLY of the unique index behind ON CONFLICT':
    '-- no-transaction\nDROP INDEX CONCURRENTLY orders_token_idx',
  'unique index replaced by a partial one':
    'DROP INDEX orders_token_idx; CREATE UNIQUE INDEX orders_token_idx ON orders (token) WHERE token IS NOT NULL',
  'DROP INDEX of this plan': [
    'CREATE TABLE carts (id int); CREATE INDEX carts_id ON carts (id)',
    'DROP INDEX carts_id',
  ],
  RENAME: 'ALTER INDEX users_name_idx RENAME TO users_by_name',
  'REINDEX INDEX': 'REINDEX INDEX users_name_idx',
  'REINDEX TABLE': 'REINDEX TABLE orders',
  'REINDEX CONCURRENTLY': '-- no-transaction\nREINDEX INDEX CONCURRENTLY users_name_idx',
  'SET (fillfactor)': 'ALTER INDEX users_name_idx SET (fillfactor = 80)',
  'CREATE STATISTICS': 'CREATE STATISTICS orders_stats ON user_id, status FROM orders',
  'of a materialized view': 'CREATE INDEX daily_orders ON daily (orders)',
})
