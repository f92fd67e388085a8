import type { CorpusCase } from './case.js'
import { family } from './case.js'

const team = `CREATE TABLE notes (id int PRIMARY KEY, body text); INSERT INTO notes SELECT g, 'b' FROM generate_series(1, 1000) g;
CREATE VIEW short_notes AS SELECT id, body FROM notes WHERE id < 10;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes, short_notes TO corpus_reader`
const reading =
  'SELECT id, body FROM notes WHERE id = 1; SELECT id FROM short_notes WHERE id = 2; UPDATE notes SET body = $$x$$ WHERE id = 3 RETURNING id'

const asReader = (name: string, sql: string): CorpusCase => ({
  name: `behaviour: ${name}`,
  files: [sql],
  before: team,
  running: reading,
  role: 'corpus_reader',
})

export const behaviourCases = [
  ...family('behaviour', {
    'trigger that raises':
      'CREATE TRIGGER no BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION refuse()',
    'trigger on a table of this plan':
      'CREATE TABLE carts (id int); CREATE TRIGGER t BEFORE INSERT ON carts FOR EACH ROW EXECUTE FUNCTION touch()',
    'DROP TRIGGER': 'DROP TRIGGER users_touch ON users',
    'DISABLE TRIGGER': 'ALTER TABLE users DISABLE TRIGGER users_touch',
    'rule that swallows': 'CREATE RULE swallow AS ON INSERT TO items DO INSTEAD NOTHING',
    'function replaced by another body': `CREATE OR REPLACE FUNCTION full_price(net numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * 1.2 + 0'`,
    'new function': `CREATE FUNCTION half(n numeric) RETURNS numeric LANGUAGE sql AS 'SELECT n / 2'`,
    'function dropped': 'DROP FUNCTION full_price(numeric)',
    'function renamed': 'ALTER FUNCTION full_price(numeric) RENAME TO gross_price',
    'function moved': 'ALTER FUNCTION full_price(numeric) SET SCHEMA archive',
    'argument renamed by drop and create': `DROP FUNCTION full_price(numeric); CREATE FUNCTION full_price(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 1.2'`,
    'overload with a default': `CREATE FUNCTION full_price(net numeric, tax numeric DEFAULT 0.2) RETURNS numeric LANGUAGE sql AS 'SELECT net * (1 + tax)'`,
    'ALTER FUNCTION volatility': 'ALTER FUNCTION full_price(numeric) STABLE',
    procedure: `CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM settings WHERE id < -100'`,
    'LOCK TABLE': 'LOCK TABLE settings IN ROW SHARE MODE',
    GRANT: 'GRANT SELECT ON users TO PUBLIC',
  }),
  asReader('ENABLE ROW LEVEL SECURITY', 'ALTER TABLE notes ENABLE ROW LEVEL SECURITY'),
  asReader(
    'RLS with a policy for all',
    'CREATE POLICY everybody ON notes USING (true); ALTER TABLE notes ENABLE ROW LEVEL SECURITY',
  ),
  asReader('policy before RLS is on', 'CREATE POLICY mine ON notes USING (id > 5)'),
  asReader('REVOKE', 'REVOKE SELECT ON notes FROM corpus_reader'),
  asReader('REVOKE of what nobody has', 'REVOKE TRUNCATE ON notes FROM corpus_reader'),
  asReader(
    'view made anew without its grants',
    'DROP VIEW short_notes; CREATE VIEW short_notes AS SELECT id, body FROM notes WHERE id < 10',
  ),
  asReader(
    'view made anew with its grants',
    'DROP VIEW short_notes; CREATE VIEW short_notes AS SELECT id, body FROM notes WHERE id < 10; GRANT SELECT ON short_notes TO corpus_reader',
  ),
  asReader(
    'table made anew by rename',
    'ALTER TABLE notes RENAME TO old_notes; CREATE VIEW notes AS SELECT id, body FROM old_notes',
  ),
]
