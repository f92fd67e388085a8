import type { CorpusCase } from './case.js'
import { family } from './case.js'

const asRole = (
  name: string,
  { before, files, running }: Pick<CorpusCase, 'before' | 'files' | 'running'>,
): CorpusCase => ({
  name: `stored: ${name}`,
  files,
  before: before ?? '',
  running: running ?? '',
  role: 'corpus_reader',
})

const docs = `CREATE TABLE docs (id int PRIMARY KEY, owner text, body text);
INSERT INTO docs SELECT g, 'corpus_reader', 'b' FROM generate_series(1, 1000) g;
CREATE SEQUENCE doc_numbers; CREATE SCHEMA private; CREATE TABLE private.notes (id int PRIMARY KEY);
CREATE FUNCTION secret() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO corpus_reader; GRANT USAGE ON SEQUENCE doc_numbers TO corpus_reader;
GRANT USAGE ON SCHEMA private TO corpus_reader; GRANT SELECT ON private.notes TO corpus_reader;`
const asking = `SELECT id, owner FROM docs WHERE id = 4; INSERT INTO docs VALUES (-1, 'x', NULL);
SELECT nextval('doc_numbers') > 0; SELECT count(*) FROM private.notes; SELECT secret()`
const onDocs = (name: string, ...files: readonly string[]) =>
  asRole(name, { before: docs, files, running: asking })

/** Functions, triggers, views, rights, policies: what is stored in the database beside rows. */
export const storedCases = [
  ...family('stored', {
    'CREATE OR REPLACE of a trigger function that sets the time': `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.created_at := now(); RETURN NEW; END'`,
    'new function and trigger that sets the time': `ALTER TABLE settings ADD COLUMN changed_at timestamptz;
      CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed_at := now(); RETURN NEW; END $$;
      CREATE TRIGGER stamp BEFORE UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION stamp()`,
    'trigger that copies a column to a new one': `ALTER TABLE users ADD COLUMN full_name text;
      CREATE FUNCTION copy_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.full_name := NEW.name; RETURN NEW; END $$;
      CREATE TRIGGER copy_name BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION copy_name()`,
    'trigger that writes a log': `CREATE TABLE log (id bigserial, at timestamptz DEFAULT now(), what text);
      CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (what) VALUES (TG_OP); RETURN NULL; END $$;
      CREATE TRIGGER log_it AFTER INSERT OR DELETE ON settings FOR EACH ROW EXECUTE FUNCTION log_it()`,
    'trigger that changes what code wrote': `CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.sku := upper(NEW.sku); NEW.qty := 0; RETURN NEW; END $$;
      CREATE TRIGGER shout BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION shout()`,
    'trigger that leaves rows out': `CREATE FUNCTION skip_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER skip_it BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION skip_it()`,
    'trigger that raises on a condition': `CREATE FUNCTION check_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.qty < 0 THEN RAISE EXCEPTION 'negative'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER check_it BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION check_it()`,
    'constraint trigger that raises':
      'CREATE CONSTRAINT TRIGGER no AFTER INSERT ON settings DEFERRABLE FOR EACH ROW EXECUTE FUNCTION refuse()',
    'statement trigger that raises':
      'CREATE TRIGGER no BEFORE DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION refuse()',
    'trigger function in use made to raise': `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$`,
    'trigger renamed': 'ALTER TRIGGER users_touch ON users RENAME TO users_stamp',
    'trigger dropped and made again':
      'DROP TRIGGER users_touch ON users; CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()',
    'event trigger function': `CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`,
    'rule ALSO': `CREATE TABLE copies (id int); CREATE RULE also AS ON INSERT TO settings DO ALSO INSERT INTO copies VALUES (NEW.id)`,
    'function with another return type': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(net numeric) RETURNS text LANGUAGE sql AS 'SELECT net::text'`,
    'function with an argument more': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(net numeric, tax numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * tax'`,
    'function with another argument more, that has a default': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(net numeric, tax numeric DEFAULT 1.2) RETURNS numeric LANGUAGE sql AS 'SELECT net * tax'`,
    'function of another type of argument': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(net uuid) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'`,
    'overload of other types': `CREATE FUNCTION full_price(net text) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'`,
    'overload of more arguments without defaults': `CREATE FUNCTION full_price(net numeric, tax numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * tax'`,
    'replaced with a default for the argument': `CREATE OR REPLACE FUNCTION full_price(net numeric DEFAULT 0) RETURNS numeric LANGUAGE sql AS 'SELECT net * 1.2'`,
    'DROP FUNCTION IF EXISTS of nothing': 'DROP FUNCTION IF EXISTS nothing_like_that(int)',
    'DROP FUNCTION, then the same again': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(net numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * 1.2'`,
    'new aggregate': `CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric)`,
    'new operator': `CREATE FUNCTION same(a int, b int) RETURNS boolean LANGUAGE sql AS 'SELECT a = b'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same)`,
    'new function, called at once': `CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE TABLE ones (a int DEFAULT one())`,
    'BEGIN ATOMIC': `CREATE FUNCTION atomic_sum(a int, b int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + b; END`,
    'view over new columns':
      'ALTER TABLE users ADD COLUMN vip boolean NOT NULL DEFAULT false; CREATE VIEW vips AS SELECT id, email FROM users WHERE vip',
    'view replaced by another query':
      'CREATE OR REPLACE VIEW spenders AS SELECT id, email, balance FROM users WHERE balance > 0 AND active',
    'view replaced, with security_invoker':
      'CREATE OR REPLACE VIEW spenders WITH (security_invoker) AS SELECT id, email, balance FROM users WHERE balance > 0',
    'view with a new owner': 'ALTER VIEW spenders OWNER TO CURRENT_USER',
    'view default': `ALTER VIEW spenders ALTER COLUMN balance SET DEFAULT 5`,
    'view moved': 'ALTER VIEW spenders SET SCHEMA archive',
    'view dropped IF EXISTS CASCADE': 'DROP VIEW IF EXISTS spenders CASCADE',
    'view made anew as a table': `DROP VIEW spenders; CREATE TABLE spenders AS SELECT id, email FROM users WHERE balance > 0`,
    'materialized view, new, with an index':
      'CREATE MATERIALIZED VIEW by_user AS SELECT user_id, count(*) AS n FROM orders GROUP BY 1; CREATE UNIQUE INDEX ON by_user (user_id)',
    'materialized view WITH NO DATA': 'CREATE MATERIALIZED VIEW later AS SELECT id FROM orders WITH NO DATA',
    'materialized view made anew with a column less':
      'DROP MATERIALIZED VIEW daily; CREATE MATERIALIZED VIEW daily AS SELECT placed_on FROM orders GROUP BY 1',
    'materialized view refreshed WITH NO DATA': 'REFRESH MATERIALIZED VIEW daily WITH NO DATA',
    'materialized view renamed': 'ALTER MATERIALIZED VIEW daily RENAME TO per_day',
    'sequence dropped behind a serial column': 'ALTER TABLE orders ALTER COLUMN id DROP DEFAULT',
    'sequence moved': 'ALTER SEQUENCE ticket_numbers SET SCHEMA archive',
    'domain dropped CASCADE': 'DROP DOMAIN postcode CASCADE',
    'domain renamed': 'ALTER DOMAIN postcode RENAME TO zip_code',
    'domain NOT NULL': `UPDATE users SET zip = 'x'; ALTER DOMAIN postcode SET NOT NULL`,
    'domain check validated apart': [
      `ALTER DOMAIN postcode ADD CONSTRAINT filled CHECK (VALUE <> '') NOT VALID`,
      'ALTER DOMAIN postcode VALIDATE CONSTRAINT filled',
    ],
    'domain constraint dropped': [
      `CREATE DOMAIN short AS text CONSTRAINT few CHECK (length(VALUE) < 9)`,
      'ALTER DOMAIN short DROP CONSTRAINT few',
    ],
    'enum replaced by the long way': `ALTER TYPE status RENAME TO status_old; CREATE TYPE status AS ENUM ('new', 'paid', 'sent', 'lost');
      ALTER TABLE orders ALTER COLUMN status DROP DEFAULT; ALTER TABLE orders ALTER COLUMN status TYPE status USING status::text::status;
      ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'; DROP TYPE status_old`,
    'enum dropped with its column': 'ALTER TABLE orders DROP COLUMN status; DROP TYPE status',
    'composite type gets an attribute': 'CREATE TYPE pair AS (a int); ALTER TYPE pair ADD ATTRIBUTE b int',
    'range type': 'CREATE TYPE float_range AS RANGE (SUBTYPE = float8)',
    'cast made': `CREATE FUNCTION as_kind(text) RETURNS kind LANGUAGE sql AS $$ SELECT 'a'::kind $$; CREATE CAST (text AS kind) WITH FUNCTION as_kind(text)`,
    'text search configuration': 'CREATE TEXT SEARCH CONFIGURATION plain_words (COPY = simple)',
    'publication of a table': 'CREATE PUBLICATION pub FOR TABLE settings',
    'default privileges': 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC',
    'REVOKE CREATE on a schema': 'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    'GRANT on all tables': 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC',
    'schema with its tables at once':
      'CREATE SCHEMA sales CREATE TABLE deals (id int PRIMARY KEY, note text) CREATE VIEW open_deals AS SELECT id FROM deals',
    'comment on a function': `COMMENT ON FUNCTION full_price(numeric) IS 'with tax'`,
    'label on a column, dropped': 'COMMENT ON COLUMN users.name IS NULL',
    'LOCK TABLE in ACCESS EXCLUSIVE MODE': 'LOCK TABLE settings; SELECT count(*) FROM settings',
    'LOCK TABLE of a new table': 'CREATE TABLE carts (id int); LOCK TABLE carts',
    'LOCK TABLE in SHARE MODE, then work': `LOCK TABLE settings IN SHARE MODE; CREATE TABLE sums AS SELECT count(*) FROM settings`,
    'SET of a timeout': `SET lock_timeout = '2s'; ALTER TABLE users ADD COLUMN a int`,
    'SET LOCAL of a timeout': `SET LOCAL lock_timeout = '2s'; ALTER TABLE users ADD COLUMN a int`,
    EXPLAIN: 'EXPLAIN SELECT id FROM users',
    NOTIFY: `NOTIFY deploys, 'x'`,
    'SAVEPOINT around': 'SAVEPOINT s; ALTER TABLE users ADD COLUMN a int; RELEASE SAVEPOINT s',
  }),
  onDocs(
    'policy for everybody, then RLS',
    'CREATE POLICY all_rows ON docs USING (true) WITH CHECK (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY',
  ),
  onDocs(
    'RLS, and the policy in the same file',
    'ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON docs USING (true)',
  ),
  onDocs(
    'RLS with a policy for some rows',
    `ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON docs USING (owner = 'nobody')`,
  ),
  onDocs(
    'RLS with a policy for SELECT only',
    'ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY reading ON docs FOR SELECT USING (true)',
  ),
  onDocs('RLS off where it is off', 'ALTER TABLE docs DISABLE ROW LEVEL SECURITY'),
  onDocs('FORCE without RLS', 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'),
  onDocs(
    'RLS of a new table',
    'CREATE TABLE fresh (id int); ALTER TABLE fresh ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON fresh USING (id = 1)',
  ),
  asRole('policy dropped', {
    before: `${docs} CREATE POLICY all_rows ON docs USING (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;`,
    files: ['DROP POLICY all_rows ON docs'],
    running: asking,
  }),
  asRole('policy narrowed', {
    before: `${docs} CREATE POLICY all_rows ON docs USING (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;`,
    files: ['ALTER POLICY all_rows ON docs USING (id > 100)'],
    running: asking,
  }),
  asRole('restrictive policy added', {
    before: `${docs} CREATE POLICY all_rows ON docs USING (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;`,
    files: ['CREATE POLICY few ON docs AS RESTRICTIVE USING (id > 100)'],
    running: asking,
  }),
  asRole('permissive policy added', {
    before: `${docs} CREATE POLICY all_rows ON docs USING (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;`,
    files: ['CREATE POLICY more ON docs USING (id > 100)'],
    running: asking,
  }),
  asRole('RLS switched off', {
    before: `${docs} CREATE POLICY own ON docs USING (id > 3); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;`,
    files: ['ALTER TABLE docs DISABLE ROW LEVEL SECURITY'],
    running: 'SELECT id FROM docs WHERE id = 4',
  }),
  onDocs('REVOKE of INSERT', 'REVOKE INSERT ON docs FROM corpus_reader'),
  onDocs('REVOKE ALL', 'REVOKE ALL ON docs FROM corpus_reader'),
  onDocs('REVOKE on a schema', 'REVOKE USAGE ON SCHEMA private FROM corpus_reader'),
  onDocs('REVOKE on a sequence', 'REVOKE USAGE ON SEQUENCE doc_numbers FROM corpus_reader'),
  onDocs('REVOKE EXECUTE from everybody', 'REVOKE EXECUTE ON FUNCTION secret() FROM PUBLIC'),
  onDocs(
    'REVOKE on all tables of a schema',
    'REVOKE SELECT ON ALL TABLES IN SCHEMA private FROM corpus_reader',
  ),
  onDocs('REVOKE on a new table', 'CREATE TABLE fresh (id int); REVOKE ALL ON fresh FROM PUBLIC'),
  onDocs('GRANT of a column', 'GRANT SELECT (id) ON docs TO corpus_reader'),
  onDocs(
    'function made anew, with EXECUTE for all',
    `DROP FUNCTION secret(); CREATE FUNCTION secret() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  ),
  onDocs('sequence made anew', 'DROP SEQUENCE doc_numbers; CREATE SEQUENCE doc_numbers'),
  onDocs(
    'table renamed behind a view with its grants',
    'ALTER TABLE docs RENAME TO papers; CREATE VIEW docs AS SELECT id, owner, body FROM papers; GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO corpus_reader',
  ),
  onDocs('owner changed', 'ALTER TABLE docs OWNER TO CURRENT_USER'),
]
