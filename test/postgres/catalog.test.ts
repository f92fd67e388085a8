import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/postgres/catalog.js'
import { connect, type Session } from '../../src/postgres/session.js'
import { readDatabaseUrl } from '../../src/postgres/url.js'
import { createDatabase, type TestDatabase } from '../support/postgres.js'

let database: TestDatabase
let session: Session

beforeAll(async () => {
  database = await createDatabase()
  await database.query(`
    CREATE TABLE teams (id int PRIMARY KEY);
    CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      team int REFERENCES teams,
      email varchar(40) NOT NULL,
      balance numeric(10, 2) DEFAULT 0,
      "Odd name" text,
      twice numeric GENERATED ALWAYS AS (balance * 2) STORED,
      CONSTRAINT has_team CHECK (team IS NOT NULL),
      CONSTRAINT positive CHECK (balance >= 0));
    ALTER TABLE users ADD CONSTRAINT and_more CHECK (team IS NOT NULL AND "Odd name" IS NOT NULL) NOT VALID;
    CREATE UNIQUE INDEX users_email ON users (email) WHERE balance > 0;
    CREATE VIEW rich AS SELECT * FROM users WHERE balance > 1000;
    CREATE TABLE events (at date) PARTITION BY RANGE (at);
    CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE stranger (id int);
    CREATE FUNCTION price(net numeric, tax numeric[] DEFAULT '{}', OUT gross numeric) IMMUTABLE LANGUAGE sql AS 'SELECT net';
    GRANT SELECT ON users TO PUBLIC;
    INSERT INTO teams SELECT generate_series(1, 5000);
    ANALYZE teams`)
  const target = readDatabaseUrl(database.url, { source: 'DATABASE_URL' })
  session = await connect(target, { applicationName: 'test', waitMs: 1000 })
})

afterAll(async () => {
  await session.end()
  await database.drop()
})

const names = async (...of: string[]) => (await read(...of)).tables.map(({ name }) => name).toSorted()

const tableOf = async (wanted: string) => (await read(wanted)).tables.find(({ name }) => name === wanted)

const read = async (...mentioned: string[]) => await readCatalog(session, mentioned)

describe('the catalog of a plan', () => {
  it('holds the tables that are named and those that keys and partitions tie to them, and no others', async () => {
    expect(await names('users')).toEqual(['teams', 'users'])
    expect(await names('teams')).toEqual(['teams', 'users'])
    expect(await names('events_2026')).toEqual(['events', 'events_2026'])
    expect(await names('users_email')).toEqual(['teams', 'users'])
    expect(await names('rich', 'nobody')).toEqual(['rich'])
    expect(await names()).toEqual([])
  })

  it('says which functions of a name there are', async () => {
    const [made = '', ...others] = (await readCatalog(session, ['price', 'lower'])).functions ?? []
    expect(made).toContain('CREATE OR REPLACE FUNCTION public.price(net numeric, tax numeric[]')
    expect(others).toEqual([])
  })

  it('says of a column its type as it was written, and what it must hold', async () => {
    const users = await tableOf('users')
    expect(users?.columns).toEqual([
      {
        name: 'id',
        type: 'int8',
        modifiers: [],
        notNull: true,
        hasDefault: false,
        identity: 'always',
        generated: false,
      },
      {
        name: 'team',
        type: 'int4',
        modifiers: [],
        notNull: false,
        hasDefault: false,
        identity: undefined,
        generated: false,
      },
      {
        name: 'email',
        type: 'varchar',
        modifiers: [40],
        notNull: true,
        hasDefault: false,
        identity: undefined,
        generated: false,
      },
      {
        name: 'balance',
        type: 'numeric',
        modifiers: [10, 2],
        notNull: false,
        hasDefault: true,
        identity: undefined,
        generated: false,
      },
      {
        name: 'Odd name',
        type: 'text',
        modifiers: [],
        notNull: false,
        hasDefault: false,
        identity: undefined,
        generated: false,
      },
      {
        name: 'twice',
        type: 'numeric',
        modifiers: [],
        notNull: false,
        hasDefault: false,
        identity: undefined,
        generated: true,
      },
    ])
  })

  it('says which constraint proves what, whom a key points to, and what depends on the table', async () => {
    const users = await tableOf('users')
    const facts = users?.constraints
      .filter(({ type }) => type !== 'not null')
      .map(({ name, type, valid, columns, provesNotNull, references }) => [
        name,
        type,
        valid,
        columns,
        provesNotNull,
        references,
      ])
    expect(facts?.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['and_more', 'check', false, ['team', 'Odd name'], ['team', 'Odd name'], undefined],
      ['has_team', 'check', true, ['team'], ['team'], undefined],
      ['positive', 'check', true, ['balance'], [], undefined],
      ['users_pkey', 'primary key', true, ['id'], [], undefined],
      ['users_team_fkey', 'foreign key', true, ['team'], [], 'public.teams'],
    ])
    expect(users).toMatchObject({ dependents: ['public.rich'], grantedTo: ['public'], rowSecurity: false })
    expect(users?.indexes.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        name: 'users_email',
        unique: true,
        valid: true,
        partial: true,
        columns: ['email'],
        reads: ['balance', 'email'],
        constraint: undefined,
      },
      {
        name: 'users_pkey',
        unique: true,
        valid: true,
        partial: false,
        columns: ['id'],
        reads: [],
        constraint: 'users_pkey',
      },
    ])
  })

  it('knows how large a table is, also while somebody has it locked', async () => {
    const before = await tableOf('teams')
    expect(before?.rows).toBe(5000)
    expect(before?.sizeBytes).toBeGreaterThan(200_000)
    const other = await database.connect()
    await other.query('BEGIN; LOCK teams')
    const locked = await tableOf('teams')
    await other.query('COMMIT')
    expect(locked?.sizeBytes).toBeGreaterThan(150_000)
  })

  it('knows the server, the search path, and whether its time is UTC', async () => {
    await session.query(`SET TimeZone = 'UTC'`)
    expect(await read()).toMatchObject({ searchPath: ['public'], utc: true })
    await session.query(`SET TimeZone = 'Europe/Berlin'`)
    expect(await read()).toMatchObject({ utc: false })
    expect((await read()).serverVersion).toBeGreaterThanOrEqual(130000)
  })
})
