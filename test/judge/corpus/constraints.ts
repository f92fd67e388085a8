import { family } from './case.js'

export const constraintCases = family('constraints', {
  CHECK: 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age >= 0)',
  'CHECK that code violates': 'ALTER TABLE items ADD CONSTRAINT some_qty CHECK (qty > 0)',
  'CHECK NOT VALID that code violates': 'ALTER TABLE items ADD CONSTRAINT some_qty CHECK (qty > 0) NOT VALID',
  'CHECK NOT VALID, quoted table':
    'ALTER TABLE "Odd Table" ADD CONSTRAINT small CHECK ("select" < 5) NOT VALID',
  'CHECK NOT VALID then VALIDATE in one file':
    'ALTER TABLE items ADD CONSTRAINT some_qty CHECK (qty > 0) NOT VALID; ALTER TABLE items VALIDATE CONSTRAINT some_qty',
  'CHECK NOT ENFORCED': 'ALTER TABLE items ADD CONSTRAINT some_qty CHECK (qty > 0) NOT ENFORCED',
  'CHECK inside a new table': 'CREATE TABLE carts (id int, qty int CHECK (qty > 0))',
  'VALIDATE alone': [
    'ALTER TABLE idle_table ADD CONSTRAINT p CHECK (b > 0) NOT VALID',
    'ALTER TABLE idle_table VALIDATE CONSTRAINT p',
  ],
  'FOREIGN KEY': 'ALTER TABLE items ADD CONSTRAINT to_setting FOREIGN KEY (qty) REFERENCES settings',
  'FOREIGN KEY NOT VALID':
    'ALTER TABLE items ADD CONSTRAINT to_setting FOREIGN KEY (qty) REFERENCES settings NOT VALID',
  'FOREIGN KEY NOT VALID then VALIDATE apart': [
    'ALTER TABLE items ADD CONSTRAINT to_setting FOREIGN KEY (qty) REFERENCES settings NOT VALID',
    'ALTER TABLE items VALIDATE CONSTRAINT to_setting',
  ],
  'FOREIGN KEY from a new table': 'CREATE TABLE notes (id int, user_id int REFERENCES users)',
  UNIQUE: 'ALTER TABLE settings ADD CONSTRAINT settings_name UNIQUE (name)',
  'UNIQUE USING INDEX': [
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY settings_name_idx ON settings (name)',
    'ALTER TABLE settings ADD CONSTRAINT settings_name UNIQUE USING INDEX settings_name_idx',
  ],
  'PRIMARY KEY': 'ALTER TABLE events_2024 ADD PRIMARY KEY (id)',
  EXCLUDE: 'ALTER TABLE idle_table ADD CONSTRAINT apart EXCLUDE USING btree (b WITH =)',
  'drop a CHECK': 'ALTER TABLE orders DROP CONSTRAINT orders_total_positive',
  'drop a foreign key': 'ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey',
  'drop a UNIQUE behind ON CONFLICT': 'ALTER TABLE users DROP CONSTRAINT users_email_key',
  'drop the key behind ON CONSTRAINT': 'ALTER TABLE items DROP CONSTRAINT items_pkey',
  'rename the key behind ON CONSTRAINT': 'ALTER TABLE items RENAME CONSTRAINT items_pkey TO items_key',
  'rename a CHECK': 'ALTER TABLE orders RENAME CONSTRAINT orders_total_positive TO total_positive',
  'drop and add in one statement':
    'ALTER TABLE orders DROP CONSTRAINT orders_total_positive, ADD CONSTRAINT orders_total_positive CHECK (total > 5) NOT VALID',
  'on a table of this plan': [
    'CREATE TABLE carts (id int, qty int)',
    'ALTER TABLE carts ADD CHECK (qty > 0); ALTER TABLE carts ADD PRIMARY KEY (id)',
  ],
  DEFERRABLE: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE INITIALLY DEFERRED',
})
