import { family } from './case.js'

export const mixedCases = family('mixed', {
  'ten harmless statements': `CREATE TABLE a1 (id int PRIMARY KEY); CREATE TABLE a2 (id int REFERENCES a1); CREATE INDEX ON a2 (id);
    ALTER TABLE users ADD COLUMN m1 text; COMMENT ON COLUMN users.m1 IS 'x'; CREATE TYPE mood AS ENUM ('x');
    CREATE VIEW av AS SELECT id FROM a1; INSERT INTO a1 VALUES (1); CREATE SEQUENCE aseq; ALTER TABLE a1 ADD COLUMN z int`,
  'one bad at the end of ten': `CREATE TABLE a1 (id int PRIMARY KEY); CREATE TABLE a2 (id int REFERENCES a1); CREATE INDEX ON a2 (id);
    ALTER TABLE users ADD COLUMN m1 text; COMMENT ON COLUMN users.m1 IS 'x'; CREATE TYPE mood AS ENUM ('x');
    CREATE VIEW av AS SELECT id FROM a1; INSERT INTO a1 VALUES (1); CREATE SEQUENCE aseq; ALTER TABLE users DROP COLUMN nickname`,
  'statement text inside strings and comments': `-- ALTER TABLE users DROP COLUMN nickname
    /* DROP TABLE users; */ COMMENT ON TABLE users IS 'DROP TABLE users; ALTER TABLE orders DROP COLUMN note';
    INSERT INTO settings VALUES (-7, 'sql', $q$ DROP TABLE orders; $q$)`,
  'nested dollar quotes': `DO $outer$ BEGIN PERFORM $inner$ DROP TABLE users $inner$; END $outer$`,
  'DO with EXECUTE of a constant': `DO $$ BEGIN EXECUTE 'ALTER TABLE users DROP COLUMN nickname'; END $$`,
  'DO that only reads': `DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM users; RAISE NOTICE '%', n; END $$`,
  'DO with an exception block': `DO $$ BEGIN CREATE TYPE mood2 AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  'expand of a rename': `ALTER TABLE users ADD COLUMN full_name text`,
  'column moved to a new table': `CREATE TABLE profiles (user_id int PRIMARY KEY, nickname text); INSERT INTO profiles SELECT id, nickname FROM users; ALTER TABLE users DROP COLUMN nickname`,
  'index swap, concurrent': [
    '-- no-transaction\nCREATE INDEX CONCURRENTLY users_name2 ON users (name, id)',
    '-- no-transaction\nDROP INDEX CONCURRENTLY users_name_idx',
  ],
  'BEGIN and COMMIT around': 'BEGIN; ALTER TABLE users DROP COLUMN nickname; COMMIT',
  'only comments': '-- nothing here\n/* at all */',
  empty: '',
  'quoted names that look like words':
    'ALTER TABLE "Odd Table" ADD COLUMN "drop" int, ADD COLUMN "table" text',
  'new table with everything': `CREATE TABLE full_table (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text UNIQUE, b int CHECK (b > 0), c uuid DEFAULT gen_random_uuid(), d numeric GENERATED ALWAYS AS (b * 2) STORED);
    ALTER TABLE full_table ALTER COLUMN a SET NOT NULL, ALTER COLUMN a TYPE varchar(50), DROP COLUMN c; CREATE UNIQUE INDEX ON full_table (b); UPDATE full_table SET a = 'x'; TRUNCATE full_table; DROP TABLE full_table`,
})
