import { family } from './case.js'

/** Names as people write them, and what stands around statements. */
export const nameCases = family('names', {
  'upper case without quotes': 'ALTER TABLE USERS DROP COLUMN NICKNAME',
  'quoted column that is a word': 'ALTER TABLE "Odd Table" DROP COLUMN "select"',
  'rename of a quoted column': 'ALTER TABLE "Odd Table" RENAME COLUMN "Odd Column" TO odd_column',
  'rename of a quoted table': 'ALTER TABLE "Odd Table" RENAME TO odd_table',
  'index on a quoted column, concurrently':
    '-- no-transaction\nCREATE INDEX CONCURRENTLY "Odd Index" ON "Odd Table" ("Odd Column")',
  'comment on a quoted column': `COMMENT ON COLUMN "Odd Table"."Odd Column" IS 'DROP TABLE users'`,
  'a dot inside a name': 'CREATE TABLE "archive.orders" (id int); DROP TABLE "archive.orders"',
  'a quote inside a name': 'CREATE TABLE "say ""hi""" (id int); ALTER TABLE "say ""hi""" DROP COLUMN id',
  'a semicolon inside a name': 'CREATE TABLE "a;b" (id int); DROP TABLE "a;b"',
  'emoji in a name': 'ALTER TABLE users ADD COLUMN "🎂" date',
  'same name in another schema, made by this plan':
    'CREATE TABLE archive.settings (id int, name text); ALTER TABLE archive.settings DROP COLUMN name; CREATE INDEX ON archive.settings (id)',
  'same name in another schema, in use': 'CREATE INDEX orders_note ON archive.orders (note)',
  'schema public written out': 'ALTER TABLE public.users DROP COLUMN nickname',
  'search_path set before':
    'SET LOCAL search_path = archive; ALTER TABLE orders ADD COLUMN extra text; RESET search_path',
  'search_path set before a drop': 'SET LOCAL search_path = archive; ALTER TABLE orders DROP COLUMN note',
  'new schema, same table name':
    'CREATE SCHEMA reports; CREATE TABLE reports.users (id int, name text); ALTER TABLE reports.users ADD CHECK (id > 0); DROP TABLE reports.users',
  'statements on one line': 'ALTER TABLE users ADD COLUMN a int;ALTER TABLE users ADD COLUMN b int;;SELECT 1',
  'comment inside the statement':
    'ALTER TABLE /* not this: DROP TABLE users */ users -- nor that\n  ADD COLUMN a int',
  'comment inside a dangerous statement': 'ALTER /* soft */ TABLE users -- really\n DROP nickname',
  'line comment at the very end': 'ALTER TABLE users ADD COLUMN a int -- done',
  'CRLF lines, harmless': 'ALTER TABLE users\r\n  ADD COLUMN a int,\r\n  ADD COLUMN b text;\r\n-- end\r\n',
  'E string with a quote': String.raw`INSERT INTO settings VALUES (-9, E'it\'s; DROP TABLE users;', 'v')`,
  'nested dollar quotes in a function': `CREATE FUNCTION quoting() RETURNS text LANGUAGE plpgsql AS $outer$ BEGIN RETURN $inner$ DROP TABLE users; $inner$; END $outer$`,
  'drop behind a dollar-quoted string': `COMMENT ON TABLE settings IS $c$ it's ; $c$; ALTER TABLE users DROP COLUMN nickname`,
  'a very long IN list': `DELETE FROM settings WHERE id IN (${Array.from({ length: 30 }, (_, n) => -100 - n).join(', ')})`,
  'two drops in one ALTER': 'ALTER TABLE users DROP COLUMN nickname, DROP COLUMN age',
  'IF EXISTS on a table that is there': 'ALTER TABLE IF EXISTS users DROP COLUMN nickname',
  'IF EXISTS on a table that is not': 'ALTER TABLE IF EXISTS nobody_knows ADD COLUMN a int',
  'ONLY a table': 'ALTER TABLE ONLY users ADD COLUMN a int',
  'ONLY a table, dangerous': 'ALTER TABLE ONLY users ALTER COLUMN age TYPE bigint',
  'DO block in single quotes': `DO 'BEGIN ALTER TABLE users DROP COLUMN nickname; END'`,
  'DO block with a loop over constants': `DO $$ DECLARE n int; BEGIN FOR n IN 1..3 LOOP INSERT INTO settings VALUES (-200 - n, 'x'); END LOOP; END $$`,
  'DO block that asks before it adds': `DO $$ BEGIN IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'phone') THEN ALTER TABLE users ADD COLUMN phone text; END IF; END $$`,
  'DO block that indexes': `DO $$ BEGIN CREATE INDEX orders_status ON orders (status); END $$`,
  'DO block with a constraint once': `DO $$ BEGIN ALTER TABLE settings ADD CONSTRAINT one_name UNIQUE (name); EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  'DO block that makes a type once': `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('ok', 'bad'); END IF; END $$`,
})
