import { expect, it } from 'vitest'
import { findings, found, foundWith, table } from '../support/found.js'

const trigger = (body: string, when = 'BEFORE INSERT ON a FOR EACH ROW') =>
  `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$; CREATE TRIGGER t ${when} EXECUTE FUNCTION f()`

it.each([
  ['raises', trigger(`IF NEW.b = 1 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW;`), ['create-trigger']],
  ['raises afterwards', trigger(`RAISE 'no';`, 'AFTER INSERT ON a'), ['create-trigger']],
  ['asserts', trigger('ASSERT NEW.b > 1; RETURN NEW;'), ['create-trigger']],
  ['raises a notice', trigger(`RAISE NOTICE 'x'; RETURN NEW;`), []],
  ['leaves rows out', trigger('RETURN NULL;'), ['create-trigger']],
  ['returns NULL afterwards', trigger('RETURN NULL;', 'AFTER INSERT ON a FOR EACH ROW'), []],
  ['sets the time', trigger('NEW.updated_at := now(); RETURN NEW;'), []],
  ['sets the time in other words', trigger('new.updated_at = CURRENT_TIMESTAMP; RETURN NEW;'), []],
  ['sets a column', trigger('NEW.b := lower(NEW.b); RETURN NEW;'), ['create-trigger?']],
  ['sets a column with INTO', trigger('SELECT 1 INTO NEW.b; RETURN NEW;'), ['create-trigger?']],
  ['sets the whole row', trigger('NEW := OLD; RETURN NEW;'), ['create-trigger?']],
  [
    'sets a column of OLD, which is thrown away',
    trigger('OLD.b := 1; RETURN NEW;', 'BEFORE UPDATE ON a FOR EACH ROW'),
    [],
  ],
  [
    'sets a column that the plan added',
    `ALTER TABLE a ADD c text; ${trigger('NEW.c := NEW.b; RETURN NEW;')}`,
    [],
  ],
  ['writes elsewhere', trigger('INSERT INTO log SELECT NEW.*; RETURN NEW;'), []],
  ['runs what nobody can read', trigger(`EXECUTE 'SELECT ' || NEW.b; RETURN NEW;`), ['create-trigger?']],
  [
    'is there already',
    'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()',
    ['create-trigger?'],
  ],
  [
    'comes with PostgreSQL',
    `CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(s, 'pg_catalog.english', b)`,
    [],
  ],
  ['belongs to a new table', `CREATE TABLE a (b int); ${trigger(`RAISE EXCEPTION 'no';`)}`, []],
])('a trigger whose function %s', (_, sql, rules) => {
  expect(found(sql)).toEqual(rules)
})

it.each([
  ['CREATE RULE r AS ON INSERT TO a DO INSTEAD NOTHING', ['create-rule']],
  ['CREATE RULE r AS ON INSERT TO a DO ALSO NOTIFY x', ['create-rule?']],
  ['CREATE VIEW v AS SELECT 1; CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING', []],
  ['ALTER TABLE a ENABLE ROW LEVEL SECURITY', ['enable-row-security?']],
  ['ALTER TABLE a FORCE ROW LEVEL SECURITY', ['enable-row-security']],
  ['ALTER TABLE a DISABLE ROW LEVEL SECURITY', []],
  ['CREATE TABLE a (b int); ALTER TABLE a ENABLE ROW LEVEL SECURITY', []],
  ['CREATE POLICY p ON a USING (true); ALTER TABLE a ENABLE ROW LEVEL SECURITY', []],
  [
    'ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a TO public USING (true) WITH CHECK (true)',
    [],
  ],
  [
    'ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a FOR SELECT USING (true)',
    ['enable-row-security?'],
  ],
  [
    'ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a TO app USING (true)',
    ['enable-row-security?'],
  ],
  ['ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON b USING (true)', ['enable-row-security?']],
  ['CREATE POLICY p ON a USING (b = 1)', []],
  ['CREATE POLICY p ON a AS RESTRICTIVE USING (b = 1)', ['stricter-policy']],
  ['ALTER POLICY p ON a USING (b = 1)', ['stricter-policy?']],
  ['DROP POLICY p ON a', ['stricter-policy?']],
  ['REVOKE SELECT ON a FROM app', ['revoke']],
  ['REVOKE ALL ON a FROM app; GRANT SELECT ON a TO app', ['revoke?']],
  ['REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC', ['revoke?']],
  ['REVOKE CREATE ON SCHEMA public FROM PUBLIC', []],
  ['REVOKE USAGE ON SCHEMA shop FROM app', ['revoke']],
  ['CREATE TABLE a (b int); REVOKE ALL ON a FROM PUBLIC', []],
  [
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$; REVOKE ALL ON FUNCTION f() FROM PUBLIC',
    [],
  ],
  ['GRANT SELECT ON a TO app', []],
  ['-- contract\nREVOKE SELECT ON a FROM app', []],
])('%s', (sql, rules) => {
  expect(found(sql)).toEqual(rules)
})

it.each([
  ['nobody but the owner uses it', table('a'), 'ENABLE', []],
  ['another role uses it', table('a', { grantedTo: ['app'] }), 'ENABLE', ['enable-row-security']],
  ['it is off', table('a', { grantedTo: ['app'] }), 'FORCE', []],
  ['it is on', table('a', { rowSecurity: true }), 'FORCE', ['enable-row-security']],
])('row-level security with a catalog: %s', (_, known, does, rules) => {
  expect(foundWith([known], `ALTER TABLE a ${does} ROW LEVEL SECURITY`)).toEqual(rules)
})

it('with a catalog, a policy counts where row-level security is on, and a revocation where there was a right', () => {
  const policy = 'CREATE POLICY p ON a AS RESTRICTIVE USING (b = 1)'
  expect(foundWith([table('a')], policy)).toEqual([])
  expect(foundWith([table('a', { rowSecurity: true })], policy)).toEqual(['stricter-policy'])
  expect(foundWith([table('a')], `ALTER TABLE a ENABLE ROW LEVEL SECURITY; ${policy}`)).toEqual([
    'stricter-policy',
  ])
  expect(foundWith([table('a')], 'REVOKE SELECT ON a FROM app')).toEqual([])
  expect(foundWith([table('a', { grantedTo: ['app'] })], 'REVOKE SELECT ON a FROM app')).toEqual(['revoke'])
})

const make = (signature: string, replace = true) =>
  `CREATE ${replace ? 'OR REPLACE ' : ''}FUNCTION f(${signature}) RETURNS int LANGUAGE sql AS $$SELECT 1$$`

it.each([
  ['a default, where one may be there', [make('a int, b int DEFAULT 0')], ['function-overload?']],
  ['a default, in a function made for the first time', [make('a int, b int DEFAULT 0', false)], []],
  ['no default', [make('a int, b int')], []],
  [
    'a default, after the old one is dropped and made anew',
    [make('a int', false), make('a int, b int DEFAULT 0')],
    [],
  ],
  ['other names', [make('a int', false), make('b int')], ['replace-function-refused']],
  ['a default taken away', [make('a int DEFAULT 1', false), make('a int')], ['replace-function-refused']],
  ['a default added', [make('a int', false), make('a int DEFAULT 1')], []],
  ['another type, which is another function', [make('a int', false), make('b text')], []],
  ['a name given to an argument without one', [make('int', false), make('a int')], []],
])('CREATE FUNCTION with %s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

it('a function that returns something else is refused', () => {
  const [finding] = findings(
    undefined,
    make('a int', false),
    'CREATE OR REPLACE FUNCTION f(a int) RETURNS bigint LANGUAGE sql AS $$SELECT 1$$',
  )
  expect(finding?.message).toBe('This will fail with 42P13: it returns int8, and returned int4.')
})

const views = (before: string, after: string) =>
  found(`CREATE VIEW v AS SELECT ${before} FROM t`, `CREATE OR REPLACE VIEW v AS SELECT ${after} FROM t`)

it.each([
  ['a column more', 'a, b', 'a, b, c', []],
  ['a column less', 'a, b', 'a', ['replace-view-refused']],
  ['another order', 'a, b', 'b, a', ['replace-view-refused']],
  ['another name', 'a, b', 'a, b AS c', ['replace-view-refused']],
  ['the same name for something else', 'a, b', 'a, lower(b) AS b', []],
  ['nobody knows what', 'a, b', '*', []],
  ['something for nobody knows what', '*', 'a', []],
])('CREATE OR REPLACE VIEW with %s', (_, before, after, rules) => {
  expect(views(before, after)).toEqual(rules)
})

it('a renamed column of a view is known by its new name', () => {
  expect(
    found(
      'CREATE VIEW v AS SELECT a FROM t; ALTER VIEW v RENAME COLUMN a TO b; CREATE OR REPLACE VIEW v AS SELECT b FROM t',
    ),
  ).toEqual([])
})
