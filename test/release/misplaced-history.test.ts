import { beforeEach, expect, it } from 'vitest'
import { createScene, type Scene } from '../support/scene.js'

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);',
  'migrations/2_b.sql': 'CREATE TABLE b (id int);',
}

let scene: Scene

beforeEach(async () => {
  scene = await createScene(files)
})

/** Runs node-pg-migrate's own command, as the team did before. */
async function hadRun(words: string): Promise<void> {
  expect(await scene.nodePgMigrate(words).done).toMatchObject({ exitCode: 0 })
}

const hasLedger = async () =>
  (await scene.database.query(`SELECT FROM pg_namespace WHERE nspname = 'release_phase'`)).length > 0

it('a history under another name is found, and the setting that was forgotten is named', async () => {
  await hadRun('up -t schema_history')
  for (const words of ['migrate', 'plan', 'baseline 2_b']) {
    const result = await scene.release(words)
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain(
      'error: The history is expected in public.pgmigrations, which does not exist, and public.schema_history names 2 of the 2 migrations of the folder; they would run a second time.',
    )
    expect(result.stderr).toContain(
      '-> Set migrations-table to schema_history (migrate in release-phase.config.json, or --migrations-table schema_history).',
    )
    expect(result.stderr).not.toContain('tenant')
  }
  expect(await hasLedger()).toBe(false)
  const named = await scene.release('migrate --migrations-table schema_history')
  expect(named.stdout).toBe('Nothing to do: 2 migrations applied, none pending.\n')
})

it('also where the configured table is there already, and empty', async () => {
  await hadRun('up 1 --migrations-table schema_history')
  await scene.database.query(
    'CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL); GRANT ALL ON pgmigrations TO public',
  )
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(78)
  expect(result.stderr).toContain(
    'public.pgmigrations, which is empty, and public.schema_history names 1 of the 2 migrations of the folder; it would run a second time.',
  )
})

it('under another name in another schema both settings are named', async () => {
  await scene.database.query('CREATE SCHEMA meta; GRANT ALL ON SCHEMA meta TO public')
  await hadRun('up -t done --migrations-schema meta')
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(78)
  expect(result.stderr).toContain('-> Set migrations-table to done and migrations-schema to meta (')
  expect(result.stderr).toContain('--migrations-table done --migrations-schema meta)')
})

it('a history of somebody else’s migrations is left alone, and one that may not be read', async () => {
  const shape = '(id serial, name varchar(255), run_on timestamp)'
  await scene.database.query(
    `CREATE TABLE billing_history ${shape};
     INSERT INTO billing_history (name, run_on) VALUES ('1_invoices', now()), ('2_b.sql', now());
     GRANT SELECT ON billing_history TO public;
     CREATE SCHEMA billing;
     CREATE TABLE billing.pgmigrations ${shape};
     INSERT INTO billing.pgmigrations (name, run_on) VALUES ('1_a', now());
     CREATE TABLE names (id serial, name json, run_on date);
     GRANT SELECT ON names TO public`,
  )
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_a', '2_b'])
})

it('a schema for each tenant has a history for each, once that is said', async () => {
  await hadRun('up --schema first --create-schema')
  const refused = await scene.release('migrate --schema second --create-schema')
  expect(refused.exitCode).toBe(78)
  expect(refused.stderr).toContain('-> Set migrations-schema to first (')
  expect(refused.stderr).toContain('such as a schema for each tenant: --migrations-schema second')
  const said = await scene.release('migrate --schema second --create-schema --migrations-schema second')
  expect(said.exitCode).toBe(0)
  expect(await scene.database.query('SELECT * FROM second.b')).toEqual([])
  const again = await scene.release('migrate --schema second --migrations-schema second')
  expect(again.stdout).toBe('Nothing to do: 2 migrations applied, none pending.\n')
})
