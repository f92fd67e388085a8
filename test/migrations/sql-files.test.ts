import { expect, it } from 'vitest'
import { appRole, createScene } from '../support/scene.js'

it('a file without a transaction runs statement by statement, whatever its texts and comments hold', async () => {
  const scene = await createScene({
    'migrations/1_all.sql': `-- about users; and more
-- no-transaction
CREATE TABLE users (id int, name text DEFAULT 'a;b', "odd;name" text);
/* a comment; with a semicolon /* and one inside; */ */
CREATE INDEX CONCURRENTLY users_name ON users (name);
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  -- it's here;
  RETURN 'x;$$;y';
END
$body$;
INSERT INTO users VALUES (1, E'it\\'s; 🚀', ';'), (2, U&'\\0041;', $$a;b$$);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_id ON users (id);
VACUUM users
`,
  })
  const result = await scene.release('migrate')
  expect(result).toMatchObject({ exitCode: 0 })
  expect(result.stderr).toMatch(/^apply {4}1_all \([\d.]+ m?s, outside a transaction\)$/m)
  expect(await scene.database.query('SELECT name, "odd;name" AS odd, f() FROM users ORDER BY id')).toEqual([
    { name: "it's; 🚀", odd: ';', f: 'x;$$;y' },
    { name: 'A;', odd: 'a;b', f: 'x;$$;y' },
  ])
  expect(
    await scene.database.query(
      'SELECT count(*)::int FROM pg_index WHERE indisvalid AND indrelid = $1::regclass',
      ['users'],
    ),
  ).toEqual([{ count: 2 }])
  expect(await scene.history()).toEqual(['1_all'])
})

it('without the header, CONCURRENTLY is refused with 25001 and the file named', async () => {
  const scene = await createScene({
    'migrations/1_t.sql': 'CREATE TABLE t (id int);',
    'migrations/2_i.sql': 'CREATE INDEX CONCURRENTLY t_id ON t (id);',
  })
  const result = await scene.release('migrate', { RELEASE_JUDGE_STALLS: 'allow' })
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toMatch(/migrations\/2_i\.sql:1 failed: .* \(SQLSTATE 25001\)/)
  expect(result.stderr).toContain('-- no-transaction')
})

it('markers say what is up, in either order, and the header counts in each place', async () => {
  const scene = await createScene({
    'migrations/1_plain.sql': 'CREATE TABLE t (step text);',
    'migrations/2_up_down.sql':
      "-- Up Migration\nINSERT INTO t VALUES ('2');\n-- Down Migration\nINSERT INTO t VALUES ('wrong');",
    'migrations/3_down_up.sql':
      "-- Down Migration\nINSERT INTO t VALUES ('wrong');\n-- Up Migration\nINSERT INTO t VALUES ('3');",
    'migrations/4_up.sql': "-- up migration\nINSERT INTO t VALUES ('4');",
    'migrations/5_odd.sql':
      "\n  ---- UP   MIGRATION (of course)\nINSERT INTO t VALUES ('5');\n --Down migration\nSELECT nope;",
    'migrations/6_header.sql':
      '-- Down Migration\nSELECT nope;\n-- Up Migration\n-- no-transaction\nCREATE INDEX CONCURRENTLY t_step ON t (step);',
    'migrations/7_header.sql':
      '-- no-transaction\n-- Up Migration\nDROP INDEX CONCURRENTLY t_step;\n-- Down Migration\nSELECT nope;',
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.database.query('SELECT step FROM t ORDER BY 1')).toEqual(
    ['2', '3', '4', '5'].map((step) => ({ step })),
  )
})

it('files that hold nothing, or nothing but comments, are applied', async () => {
  const scene = await createScene({
    'migrations/1_empty.sql': '',
    'migrations/2_space.sql': ' \n\n',
    'migrations/3_comment.sql': '-- nothing yet\n/* nor here */',
    'migrations/4_semicolons.sql': ';;',
    'migrations/5_outside.sql': '-- no-transaction\n-- nothing',
    'migrations/6_crlf.sql': 'CREATE TABLE t (id int);\r\nINSERT INTO t VALUES (1);\r\n',
  })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toHaveLength(6)
})

it('names with spaces, quotes and letters outside ASCII are recorded as they are', async () => {
  const names = [
    `1 it's "one"`,
    '2_größe-\u{1F680}',
    '3_semi;colon--',
    "4_'); DROP TABLE users; --",
    '5_back\\slash.up',
  ]
  const scene = await createScene(
    Object.fromEntries(names.map((name) => [`migrations/${name}.sql`, 'SELECT 1;'])),
  )
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(names)
  expect((await scene.release('migrate')).stdout).toBe('Nothing to do: 5 migrations applied, none pending.\n')
})

it('what a migration sets for its session does not reach the next one, nor the history', async () => {
  const scene = await createScene({
    'migrations/1_role.sql': 'CREATE TABLE a (id int); SET ROLE pg_read_all_settings;',
    'migrations/2_dump.sql': `SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.b (id int);`,
    'migrations/3_path.sql': 'CREATE SCHEMA other; SET search_path TO other; CREATE TABLE c (id int);',
    'migrations/4_plain.sql': 'CREATE TABLE d (id int);',
    'migrations/5_outside.sql': '-- no-transaction\nSET search_path TO other;\nCREATE TABLE e (id int);',
  })
  await scene.database.query(`GRANT pg_read_all_settings TO ${appRole.name}`)
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(
    await scene.database.query(
      `SELECT relname || ' in ' || relnamespace::regnamespace AS place FROM pg_class WHERE relname IN ('a', 'b', 'c', 'd', 'e') ORDER BY 1`,
    ),
  ).toEqual(
    ['a in public', 'b in public', 'c in other', 'd in public', 'e in public'].map((place) => ({ place })),
  )
})

it('a file that holds a NUL byte fails before a half of it can run', async () => {
  const scene = await createScene({
    'migrations/1_nul.sql': 'CREATE TABLE a (id int);\0CREATE TABLE b (id int);',
  })
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('migrations/1_nul.sql')
  expect(await scene.database.query(`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }])
})

it('a file that is not UTF-8 is refused before anything has run', async () => {
  const scene = await createScene({
    'migrations/1_good.sql': 'CREATE TABLE a (id int);',
    'migrations/2_latin.sql': Buffer.from("INSERT INTO a VALUES ('gr\u00F6\u00DFe');", 'latin1'),
  })
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toMatch(/2_latin\.sql .*UTF-8/)
  expect(await scene.database.query(`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }])
})
