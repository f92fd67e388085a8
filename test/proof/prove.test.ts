import { beforeAll, describe, expect, it } from 'vitest'
import { databaseUrl } from '../support/postgres.js'
import { createScene } from '../support/scene.js'
import { createBranch, createScratch, lines, proved, told, type Scratch } from './support/scratch.js'

let scratch: Scratch
beforeAll(async () => {
  scratch = await createScratch()
})

const base = {
  'migrations/1_base.sql': `
    CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, email text UNIQUE);
    CREATE TABLE orders (id serial PRIMARY KEY, user_id integer REFERENCES users, amount integer NOT NULL);`,
  'queries.jsonl': lines(
    { text: 'SELECT amount FROM users JOIN orders ON user_id = users.id', site: 'orders.js:1' },
    { text: 'SELECT orders.amount FROM orders WHERE id = $1', site: 'orders.js:5' },
    {
      text: 'INSERT INTO users (name, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING',
      site: 'users.js:2',
    },
    { text: 'SELECT * FROM users', name: 'users', site: 'users.js:9' },
    { text: 'SELECT name FROM users', site: 'users.js:12' },
    { text: 'BEGIN' },
    { text: 'SELECT missing FROM users', site: 'users.js:20' },
  ),
}

const change = {
  'migrations/2_change.sql': [
    '-- four things',
    'ALTER TABLE users ADD COLUMN amount integer;',
    'ALTER TABLE orders ALTER COLUMN amount TYPE bigint;',
    'ALTER TABLE users DROP CONSTRAINT users_email_key;',
  ].join('\n'),
  'migrations/3_harmless.sql': 'CREATE TABLE notes (id int);',
}

const proveSince = 'check --json --prove --since main --queries queries.jsonl'
const without = { DATABASE_URL: undefined }

describe('release check --prove', () => {
  it('names the statement that breaks a query of the base, and where the code sends it', async () => {
    const scene = await createBranch(base, change)
    const result = await scene.release(proveSince, { ...without, RELEASE_SCRATCH_URL: scratch.url })
    expect(result.exitCode).toBe(2)
    const found = proved(result.stdout)
    expect(told(found).toSorted()).toEqual([
      'migrations/2_change.sql:2 proof-prepared-breaks 0A000 at users.js:9',
      'migrations/2_change.sql:2 proof-query-breaks 42702 at orders.js:1',
      'migrations/2_change.sql:3 proof-result-changes - at orders.js:5',
      'migrations/2_change.sql:4 proof-query-breaks 42P10 at users.js:2',
    ])
    expect(found.proof).toMatchObject({
      queries: 7,
      tried: 5,
      migrations: ['2_change', '3_harmless'],
      untried: [
        { count: 1, places: ['queries.jsonl:6'] },
        { count: 1, places: ['users.js:20'] },
      ],
    })
    expect(found.proof.base).toMatch(/^the 1 migration of main \([0-9a-f]+\)$/)
    expect(await scratch.left()).toEqual([])
  })

  it('says in its text how much was tried, what not and why, and how long it took', async () => {
    const scene = await createBranch(base, { 'migrations/2_index.sql': 'CREATE TABLE notes (id int);' })
    const { stdout, exitCode } = await scene.release(proveSince.replace('--json ', ''), {
      ...without,
      RELEASE_SCRATCH_URL: scratch.url,
    })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^proof: 5 of 7 queries tried on the 1 migration of main .* in [\d.]+ m?s\.$/m)
    expect(stdout).toContain(
      'fails on the schema of the running code already (42703: column "missing" does not exist) (users.js:20)',
    )
  })

  it('lets the history of the live database say what is applied, and needs no more than to read it', async () => {
    const scene = await createScene(base)
    await scene.release('migrate')
    for (const [path, text] of Object.entries(change)) await scene.write(path, text)
    const reader = { name: `reader_${process.pid}`, password: 'only-reads' }
    await scene.database.query(`CREATE ROLE ${reader.name} LOGIN PASSWORD '${reader.password}'`)
    try {
      await scene.database.query(
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader.name};
         GRANT USAGE ON SCHEMA release_phase TO ${reader.name};
         GRANT SELECT ON ALL TABLES IN SCHEMA release_phase TO ${reader.name}`,
      )
      const before = await everything(scene.database)
      const { stdout } = await scene.release('check --json --prove --queries queries.jsonl', {
        DATABASE_URL: databaseUrl(scene.database.name, reader),
        RELEASE_SCRATCH_URL: scratch.url,
      })
      const found = proved(stdout)
      expect(found.findings.map(({ sqlstate }) => sqlstate ?? '-').toSorted()).toEqual([
        '-',
        '0A000',
        '42702',
        '42P10',
      ])
      expect(found.proof.base).toBe('the 1 applied migration')
      expect(await everything(scene.database)).toEqual(before)
    } finally {
      await scene.database.query(`DROP OWNED BY ${reader.name}; DROP ROLE ${reader.name}`)
    }
  })

  it('runs the code of the base with the helpers that stood beside it then', async () => {
    const migration = `import { table } from '../helper.mjs'\nexport const up = (pgm) => pgm.createTable(table, { id: 'id' })`
    const scene = await createBranch(
      {
        'helper.mjs': `export const table = 'things'`,
        'migrations/1_base.mjs': migration,
        'queries.jsonl': lines({ text: 'SELECT id FROM things', site: 'a.js:1' }),
      },
      {
        'helper.mjs': `export const table = 'stuff'`,
        'migrations/2_drop.sql': 'ALTER TABLE things RENAME TO stuff;',
      },
    )
    const { stdout } = await scene.release(proveSince, { ...without, RELEASE_SCRATCH_URL: scratch.url })
    expect(told(proved(stdout))).toEqual(['migrations/2_drop.sql:1 proof-query-breaks 42P01 at a.js:1'])
  })

  it('takes a dump of the schema where the migrations do not make it', async () => {
    const dump = String.raw`\restrict abc
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.users (id int, name text);
\unrestrict abc
`
    const scene = await createBranch(
      { 'structure.sql': dump, 'queries.jsonl': lines({ text: 'SELECT name FROM users', site: 'a.js:1' }) },
      { 'migrations/2_drop.sql': 'ALTER TABLE users DROP COLUMN name;' },
    )
    const { stdout } = await scene.release(`${proveSince} --dump structure.sql`, {
      ...without,
      RELEASE_SCRATCH_URL: scratch.url,
    })
    const found = proved(stdout)
    expect(told(found)).toEqual(['migrations/2_drop.sql:1 proof-query-breaks 42703 at a.js:1'])
    expect(found.proof.remarks).toEqual(['2 commands of psql in structure.sql were left out.'])
  })

  it('lets a finding be waived beside its statement', async () => {
    const scene = await createBranch(base, {
      'migrations/2_add.sql':
        '-- release:allow proof-query-breaks "nobody opens that page" until 2999-01-01\nALTER TABLE users ADD COLUMN amount integer;',
    })
    const { stdout } = await scene.release(proveSince, { ...without, RELEASE_SCRATCH_URL: scratch.url })
    const waived = proved(stdout).findings.map(({ rule, waiver }) => `${rule}: ${waiver?.reason}`)
    expect(waived.toSorted()).toEqual([
      'proof-prepared-breaks: undefined',
      'proof-query-breaks: nobody opens that page',
    ])
    // Whether it is needed only the proof can say.
    const judged = await scene.release('check --json --since main', without)
    expect(JSON.parse(judged.stdout)).toMatchObject({ findings: [], exitCode: 0 })
  })

  it('warns where only the data can decide, and notes what new code has to bring about', async () => {
    const scene = await createBranch(
      {
        ...base,
        'queries.jsonl': lines(
          { text: 'INSERT INTO orders (user_id, amount) VALUES ($1, $2)', site: 'orders.js:1' },
          { text: 'SELECT name FROM users', site: 'users.js:1' },
        ),
      },
      {
        'migrations/2_tighter.sql': [
          'ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;',
          'ALTER TABLE users ALTER COLUMN name DROP NOT NULL;',
          'ALTER TABLE orders ADD COLUMN state text NOT NULL;',
        ].join('\n'),
      },
    )
    const env = { ...without, RELEASE_SCRATCH_URL: scratch.url }
    const { stdout } = await scene.release(proveSince, env)
    const found = proved(stdout)
    expect(told(found)).toEqual([
      'migrations/2_tighter.sql:3 proof-write-refused 23502 at orders.js:1',
      'migrations/2_tighter.sql:1 proof-write-refused? 23514 at orders.js:1',
    ])
    expect(found.notes).toMatchObject([
      { file: 'migrations/2_tighter.sql', line: 2, rule: 'proof-rows-change' },
    ])
  })

  it('tries the texts that differ in a literal each, and counts them as one query', async () => {
    const scene = await createBranch(
      {
        'migrations/1_base.sql': `CREATE TYPE mood AS ENUM ('new', 'paid'); CREATE TABLE users (mood mood);`,
        'queries.jsonl': lines(
          { text: `SELECT FROM users WHERE mood = 'new'`, site: 'a.js:1' },
          { text: `SELECT FROM users WHERE mood = 'paid'`, site: 'a.js:2' },
          { text: `SELECT  FROM users WHERE mood = 'new'`, site: 'a.js:3' },
        ),
      },
      { 'migrations/2_rename.sql': `ALTER TYPE mood RENAME VALUE 'paid' TO 'settled';` },
    )
    const { stdout } = await scene.release(proveSince, { ...without, RELEASE_SCRATCH_URL: scratch.url })
    const found = proved(stdout)
    expect(told(found)).toEqual(['migrations/2_rename.sql:1 proof-query-breaks 22P02 at a.js:2'])
    expect(found.proof).toMatchObject({ queries: 1, tried: 1 })
  })

  it('says that the migrations do not make the schema of the running code, and to give a dump', async () => {
    const scene = await createBranch(
      { ...base, 'migrations/2_missing.sql': 'SELECT 1;\nALTER TABLE legacy ADD COLUMN a text;' },
      change,
    )
    const { stdout, exitCode } = await scene.release(proveSince, {
      ...without,
      RELEASE_SCRATCH_URL: scratch.url,
    })
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'base-migration-failed',
        message: expect.stringContaining('2_missing.sql:2 failed: relation "legacy" does not exist'),
        todo: [expect.stringContaining('--dump')],
      },
    })
    expect(await scratch.left()).toEqual([])
  })

  it('asks for the commit that is running where nothing says what that is', async () => {
    const scene = await createScene(base)
    const words = 'check --json --prove --queries queries.jsonl'
    const { stdout, exitCode } = await scene.release(words, { ...without, RELEASE_SCRATCH_URL: scratch.url })
    expect(exitCode).toBe(64)
    expect(stdout).toContain('--since origin/main')
  })

  it('says of a migration that does not run on the schema of the running code where it fails', async () => {
    const scene = await createBranch(base, {
      'migrations/2_bad.sql': 'SELECT 1;\nALTER TABLE userz ADD COLUMN amount integer;',
    })
    const { stdout, exitCode } = await scene.release(proveSince, {
      ...without,
      RELEASE_SCRATCH_URL: scratch.url,
    })
    expect(exitCode).toBe(2)
    expect(told(proved(stdout))).toEqual(['migrations/2_bad.sql:2 proof-migration-fails 42P01 at undefined'])
  })
})

async function everything(database: { query: (text: string) => Promise<unknown[]> }): Promise<unknown> {
  return await Promise.all([
    database.query(`SELECT oid::regclass::text, xmin::text FROM pg_class WHERE oid >= 16384 ORDER BY 1`),
    database.query('SELECT * FROM pgmigrations'),
    database.query('SELECT * FROM release_phase.runs'),
  ])
}
