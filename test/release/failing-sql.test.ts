import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

const good = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);',
  'migrations/2_posts.sql':
    'CREATE TABLE posts (user_id int REFERENCES users DEFERRABLE INITIALLY DEFERRED);',
}

const state = 'State of the database: 2 of 3 migrations were applied and recorded; 3_bad was rolled back.'

/** Runs two good migrations and a bad one; what is seen of the bad one, line by line. */
async function failWith(text: string | Buffer, name = '3_bad.sql') {
  const scene = await createScene({ ...good, [`migrations/${name}`]: text })
  const result = await scene.release('migrate')
  return { scene, result, lines: result.stderr.split('\n') }
}

describe('a migration that fails after two good ones', () => {
  it('is rolled back and shown with file, line, place, SQLSTATE and hint; the two stay recorded', async () => {
    const { scene, result } = await failWith(
      'CREATE TABLE extra (id int);\n\nSELECT id,\n       nam\nFROM users;\n',
    )
    expect(result.exitCode).toBe(1)
    expect(result.stdout).toBe('')
    expect(result.stderr).toContain(
      [
        'error: migrations/3_bad.sql:4 failed: column "nam" does not exist (SQLSTATE 42703).',
        '    2 |',
        '    3 | SELECT id,',
        '  > 4 |        nam',
        '      |        ^',
        '    5 | FROM users;',
        '    6 |',
        '  hint: Perhaps you meant to reference the column "users.name".',
        state,
        '-> Mend the migration and release again.',
        '',
      ].join('\n'),
    )
    expect(await scene.history()).toEqual(['1_users', '2_posts'])
    expect(await scene.database.query(`SELECT to_regclass('extra') AS extra`)).toEqual([{ extra: null }])
    expect(
      await scene.database.query(
        'SELECT migration, outcome, sqlstate, in_transaction FROM release_phase.steps ORDER BY id',
      ),
    ).toEqual([
      { migration: '1_users', outcome: 'applied', sqlstate: null, in_transaction: true },
      { migration: '2_posts', outcome: 'applied', sqlstate: null, in_transaction: true },
      { migration: '3_bad', outcome: 'failed', sqlstate: '42703', in_transaction: true },
    ])
    expect(await scene.database.query('SELECT outcome, applied FROM release_phase.runs')).toEqual([
      { outcome: 'failed', applied: 2 },
    ])
  })

  it('is applied by the next release once it was mended', async () => {
    const { scene } = await failWith('SELEC 1;')
    await scene.write('migrations/3_bad.sql', 'SELECT 1;')
    const again = await scene.release('migrate')
    expect(again).toMatchObject({ exitCode: 0 })
    expect(again.stderr).toContain('1 pending, 2 applied before')
    expect(await scene.history()).toEqual(['1_users', '2_posts', '3_bad'])
  })

  it('names how many after it were not begun', async () => {
    const scene = await createScene({
      'migrations/1_bad.sql': 'SELEC 1;',
      'migrations/2_a.sql': 'SELECT 1;',
      'migrations/3_b.sql': 'SELECT 1;',
    })
    expect((await scene.release('migrate')).stderr).toContain(
      'State of the database: Nothing was applied before it; 1_bad was rolled back, and 2 after it were not begun.',
    )
  })
})

describe('the place of an error', () => {
  it('is the first letter of the statement where PostgreSQL names no position', async () => {
    const { result } = await failWith(
      `INSERT INTO users VALUES (1, 'a;b'); -- first; second\n/* ; */ INSERT INTO users\n  VALUES (1, 'twice');\nSELECT 1;`,
    )
    expect(result.stderr).toContain(
      [
        'error: migrations/3_bad.sql:2 failed: duplicate key value violates unique constraint "users_pkey" (SQLSTATE 23505).',
        "    1 | INSERT INTO users VALUES (1, 'a;b'); -- first; second",
        '  > 2 | /* ; */ INSERT INTO users',
        '      |         ^',
      ].join('\n'),
    )
    expect(result.stderr).toContain('  detail: Key (id)=(1) already exists.')
  })

  it.each([
    ['CRLF line ends', 'SELECT 1;\r\nSELECT\r\n  nope;\r\n', 3, '  nope;', 3],
    ['tabs before it', 'SELECT 1,\n\t\tnope;', 2, '\t\tnope;', 3],
    ['letters outside ASCII before it', `SELECT 'äöü€', nope;`, 1, `SELECT 'äöü€', nope;`, 16],
    // A terminal shows one two columns wide.
    ['an emoji before it', `SELECT '🚀🚀', nope;`, 1, `SELECT '🚀🚀', nope;`, 16],
    ['a byte order mark at the start', '\uFEFFSELECT 1,\n nope;', 2, ' nope;', 2],
    [
      'an up marker above it',
      '-- Down Migration\nSELECT 1;\n-- Up Migration\nSELECT nope;',
      4,
      'SELECT nope;',
      8,
    ],
  ])('is right with %s', async (_, text, line, shown, column) => {
    const { result, lines } = await failWith(text)
    expect(result.stderr).toContain(
      `error: migrations/3_bad.sql:${line} failed: column "nope" does not exist (SQLSTATE 42703).`,
    )
    const marked = lines.findIndex((entry) => entry.startsWith('  > '))
    expect(lines[marked]).toBe(`  > ${line} | ${shown}`)
    const caret = lines[marked + 1] ?? ''
    expect(caret).toMatch(/^ {6}\| \s*\^$/)
    expect(Array.from(caret.slice('      | '.length))).toHaveLength(column)
  })

  it('is right with no error position after statements with emojis', async () => {
    const { result } = await failWith(
      `INSERT INTO users VALUES (1, '🚀');\nSELECT '🚀'; INSERT INTO users VALUES (2, NULL);`,
    )
    expect(result.stderr).toContain('error: migrations/3_bad.sql:2 failed: null value in column "name"')
    expect(result.stderr).toContain(
      `  > 2 | SELECT '🚀'; INSERT INTO users VALUES (2, NULL);\n      |              ^`,
    )
  })

  it('is the statement of the file where code inside the database failed', async () => {
    const { result } = await failWith(
      `SELECT 1;\nDO $$ BEGIN\n  RAISE EXCEPTION 'not today' USING HINT = 'come back tomorrow', ERRCODE = 'P0042';\nEND $$;`,
    )
    expect(result.stderr).toContain('error: migrations/3_bad.sql:2 failed: not today (SQLSTATE P0042).')
    expect(result.stderr).toContain('  > 2 | DO $$ BEGIN\n      | ^')
    expect(result.stderr).toContain('  hint: come back tomorrow')
    expect(result.stderr).toContain('  where: PL/pgSQL function inline_code_block line 2 at RAISE')
  })
})

describe('an error at COMMIT', () => {
  it('says so, with its SQLSTATE, and nothing of the migration stays', async () => {
    const { scene, result } = await failWith('INSERT INTO posts VALUES (7);\nCREATE TABLE extra (id int);')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: migrations/3_bad.sql failed at its COMMIT: insert or update on table "posts" violates foreign key constraint "posts_user_id_fkey" (SQLSTATE 23503).',
    )
    expect(result.stderr).toContain('  detail: Key (user_id)=(7) is not present in table "users".')
    expect(result.stderr).toContain(state)
    expect(await scene.history()).toEqual(['1_users', '2_posts'])
    expect(await scene.database.query(`SELECT to_regclass('extra') AS extra`)).toEqual([{ extra: null }])
  })
})

describe('a file without a transaction that fails in its middle', () => {
  it('says which statements stay, is not recorded, and goes on after them once it is mended', async () => {
    const { scene, result } = await failWith(
      `-- no-transaction\nCREATE TABLE one (id int);\nCREATE TABLE two (id int);\nCREATE TABLE three (id nope);\nSELECT 1;`,
    )
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: migrations/3_bad.sql:4 failed: type "nope" does not exist (SQLSTATE 42704).',
    )
    expect(result.stderr).toContain('  > 4 | CREATE TABLE three (id nope);\n      |                        ^')
    expect(result.stderr).toContain(
      '2 of 3 migrations were applied and recorded; 3_bad ran outside a transaction: its first 2 statements stayed, and the next run goes on after that.',
    )
    expect(await scene.history()).toEqual(['1_users', '2_posts'])
    await scene.write(
      'migrations/3_bad.sql',
      `-- no-transaction\nCREATE TABLE one (id int);\nCREATE TABLE two (id int);\nCREATE TABLE three (id int);\nSELECT 1;`,
    )
    const again = await scene.release('migrate')
    expect(again.stderr).toContain('3_bad: goes on after its first 2 statements, which were applied before')
    expect(again.exitCode).toBe(0)
  })
})

describe('a migration that ends its transaction by itself and then fails', () => {
  it('is not said to be rolled back', async () => {
    const { scene, result } = await failWith('CREATE TABLE kept (id int);\nCOMMIT;\nSELECT nope;')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('error: migrations/3_bad.sql:3 failed: column "nope" does not exist')
    expect(result.stderr).toContain(
      '3_bad ended its transaction by itself (COMMIT): what ran before that stayed, and it is not recorded.',
    )
    expect(await scene.database.query(`SELECT to_regclass('kept')::text AS kept`)).toEqual([{ kept: 'kept' }])
  })
})
