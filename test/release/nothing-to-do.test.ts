import { beforeEach, describe, expect, it } from 'vitest'
import { createScene, type Scene } from '../support/scene.js'

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);',
  'migrations/2_b.sql': '-- Up Migration\nCREATE TABLE b (id int);\n-- Down Migration\nDROP TABLE b;',
}

const nothing = 'Nothing to do: 2 migrations applied, none pending.\n'

describe('a release after a complete one', () => {
  let scene: Scene

  beforeEach(async () => {
    scene = await createScene(files)
    await scene.release('migrate')
  })

  it('says one line that there is nothing to do, takes no lock and writes nothing', async () => {
    const client = await scene.database.connect()
    await client.query('SELECT pg_advisory_lock(7241865325823964)')
    const written = `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS rows FROM pg_stat_all_tables
      WHERE schemaname IN ('public', 'release_phase')`
    const before = await scene.database.query(written)
    const result = await scene.release('migrate')
    expect(result).toMatchObject({ exitCode: 0, stdout: nothing })
    expect(result.stderr.split('\n').filter((line) => !line.startsWith('connect'))).toEqual([''])
    expect(await scene.database.query(written)).toEqual(before)
  })

  it('opens no migration file', async () => {
    await scene.write('migrations/1_a.sql', 'no longer SQL')
    expect((await scene.release('migrate')).stdout).toBe(nothing)
  })

  it('notices a new file', async () => {
    await scene.write('migrations/3_c.sql', 'CREATE TABLE c (id int);')
    expect((await scene.release('migrate')).stdout).toContain('1 migration applied (3_c), 3 in all.')
  })

  it('notices a row that was taken out of the history', async () => {
    await scene.database.query(`DELETE FROM pgmigrations WHERE name = '1_a'; DROP TABLE a`)
    const result = await scene.release('migrate --no-check-order')
    expect(result.stdout).toContain('1 migration applied (1_a), 2 in all.')
  })

  it('notices a row that was replaced by another', async () => {
    await scene.database.query(
      `DELETE FROM pgmigrations WHERE name = '2_b'; INSERT INTO pgmigrations (name, run_on) VALUES ('0_seed', now()); DROP TABLE b`,
    )
    expect((await scene.release('migrate --no-check-order')).stdout).toContain('1 migration applied (2_b)')
  })

  it('notices a row that was given another name', async () => {
    await scene.database.query(`UPDATE pgmigrations SET name = '0_seed' WHERE name = '2_b'; DROP TABLE b`)
    expect((await scene.release('migrate --no-check-order')).stdout).toContain('1 migration applied (2_b)')
  })

  it('notices a history table that is empty or gone', async () => {
    await scene.database.query('TRUNCATE pgmigrations; DROP TABLE a, b')
    expect((await scene.release('migrate')).stdout).toContain('2 migrations applied (1_a, 2_b), 2 in all.')
    await scene.database.query('DROP TABLE pgmigrations, a, b')
    expect((await scene.release('migrate')).stdout).toContain('2 migrations applied (1_a, 2_b), 2 in all.')
  })

  it('notices another history table, another schema and another folder', async () => {
    await scene.write('other/9_z.sql', 'CREATE TABLE z (id int);')
    expect((await scene.release('migrate --migrations-dir other')).stdout).toContain(
      '1 migration applied (9_z)',
    )
    expect((await scene.release('migrate')).stdout).toContain('Nothing to do: 3 migrations applied')
    expect((await scene.release('migrate --migrations-table second')).stderr).toContain(
      'The history is expected in public.second',
    )
  })

  it('notices that the files are looked for in another way', async () => {
    await scene.write('migrations/3_note.txt', 'no migration')
    const ignoring = String.raw`migrate --ignore-pattern .*\.txt`
    expect((await scene.release(ignoring)).stdout).toBe(nothing)
    expect((await scene.release('migrate')).exitCode).toBe(1)
  })

  it('notices another app and another database', async () => {
    expect((await scene.release('migrate', { HEROKU_APP_NAME: 'chart' })).exitCode).toBe(0)
    expect((await scene.release('migrate', { HEROKU_APP_NAME: 'other' })).exitCode).toBe(78)
    const copy = await createScene(files, { template: scene.database.name })
    const result = await copy.release('migrate', { HEROKU_APP_NAME: 'other' })
    expect(result.stderr).toContain("gate     the database is a copy of chart's; from now on it is other's")
  })

  it("applies again what node-pg-migrate's command took back", async () => {
    expect((await scene.nodePgMigrate('down').done).exitCode).toBe(0)
    expect(await scene.history()).toEqual(['1_a'])
    expect((await scene.release('migrate')).stdout).toContain('1 migration applied (2_b), 2 in all.')
    expect((await scene.release('migrate')).stdout).toBe(nothing)
  })

  it('with --adopt looks at everything again', async () => {
    await scene.database.query(`UPDATE release_phase.ledger SET owner_app = 'other'`)
    expect((await scene.release('migrate --adopt', { HEROKU_APP_NAME: 'chart' })).stdout).toBe(nothing)
    expect(await scene.database.query('SELECT owner_app FROM release_phase.ledger')).toEqual([
      { owner_app: 'chart' },
    ])
  })
})

it('a run that failed is never taken for a complete one', async () => {
  const scene = await createScene({ ...files, 'migrations/3_bad.sql': 'SELECT nope;' })
  expect((await scene.release('migrate')).exitCode).toBe(1)
  expect((await scene.release('migrate')).exitCode).toBe(1)
})
