import { chmod, symlink } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RunResult } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);',
  'migrations/2_b.sql': 'CREATE TABLE b (id int);',
  'migrations/4_d.sql': 'CREATE TABLE d (id int);',
}

let scene: Scene

/** Runs, and checks that it failed with one error and applied nothing. */
async function refused(words = 'migrate'): Promise<RunResult> {
  const result = await scene.release(words)
  expect(result.stdout).toBe('')
  expect(result.stderr.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1)
  expect(result.stderr).toMatch(/^-> /m)
  expect(result.stderr).not.toMatch(/^ +at /m)
  return result
}

describe('before the first migration', () => {
  beforeEach(async () => {
    scene = await createScene(files)
  })

  it('a folder that is missing ends with 78 and says how to name another', async () => {
    await scene.remove('migrations')
    const result = await refused()
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toMatch(/error: The migrations folder \/.*\/migrations does not exist\./)
    expect(result.stderr).toContain('--migrations-dir')
  })

  it('a folder that is a file ends with 78', async () => {
    const result = await refused('migrate --migrations-dir migrations/1_a.sql')
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain('cannot be read: ')
  })

  it('an empty folder is nothing to do', async () => {
    for (const file of Object.keys(files)) await scene.remove(file)
    expect((await scene.release('migrate')).stdout).toBe(
      'Nothing to do: 0 migrations applied, none pending.\n',
    )
  })

  it('a file that cannot be read is named', async () => {
    await symlink('nowhere.sql', `${scene.folder}/migrations/5_gone.sql`)
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toMatch(/error: .*migrations\/5_gone\.sql cannot be read: ENOENT/)
    expect(await scene.database.query(`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }])
  })

  it.skipIf(process.getuid?.() === 0)('a file without permission to read is named', async () => {
    await chmod(`${scene.folder}/migrations/4_d.sql`, 0)
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toMatch(/error: .*migrations\/4_d\.sql cannot be read: EACCES/)
  })

  it.each([
    ['5_note.txt', '.txt is not a kind of migration'],
    ['README.md', 'its name does not start with a number'],
    ['add_users.sql', 'its name does not start with a number'],
    ['5_backup.sql~', '.sql~ is not a kind of migration'],
  ])('a file that is no migration, %s, is named and so is the way to leave it out', async (name, why) => {
    await scene.write(`migrations/${name}`, 'x')
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(`error: ${name} in `)
    expect(result.stderr).toContain(` is no migration: ${why}.`)
    const pattern = /ignore-pattern "(.*)"/.exec(result.stderr)?.[1]
    expect(await scene.release(`migrate --ignore-pattern ${pattern}`)).toMatchObject({ exitCode: 0 })
  })

  it.each([
    ['4_e.sql', '4_d.sql and 4_e.sql have the same number, so nothing says which of them runs first.'],
    ['04_c.sql', '04_c.sql and 4_d.sql have the same number, so nothing says which of them runs first.'],
    ['4_d.js', '4_d.js and 4_d.sql have the same name, and the history could not tell them apart.'],
  ])('beside 4_d.sql, %s is refused', async (name, sentence) => {
    await scene.write(`migrations/${name}`, 'exports.up = (pgm) => { pgm.sql("SELECT 1") }')
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(`error: ${sentence}`)
    expect(await scene.database.query(`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }])
  })

  it('two files with one name are refused where any order is allowed, too', async () => {
    await scene.write('migrations/4_d.js', 'exports.up = (pgm) => { pgm.sql("SELECT 1") }')
    expect((await refused('migrate --no-check-order')).exitCode).toBe(1)
    await scene.rename('migrations/4_d.js', 'migrations/4_e.js')
    expect((await scene.release('migrate --no-check-order')).exitCode).toBe(0)
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d', '4_e'])
  })
})

describe('after the first release', () => {
  beforeEach(async () => {
    scene = await createScene(files)
    await scene.release('migrate', { HEROKU_RELEASE_VERSION: 'v12' })
  })

  it('an applied file that was changed is warned of, with its release', async () => {
    await scene.write('migrations/1_a.sql', 'CREATE TABLE a (id bigint);')
    await scene.write('migrations/5_e.sql', 'SELECT 1;')
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toMatch(
      /plan {5}warning: 1_a was changed after it was applied on \d{4}-\d\d-\d\d by release v12; what it says now has not run\. Put the file back/,
    )
  })

  it('a changed line end is no change', async () => {
    await scene.write('migrations/1_a.sql', 'CREATE TABLE a (id int);')
    await scene.write('migrations/2_b.sql', '\uFEFFCREATE TABLE b (id int);')
    await scene.write('migrations/5_e.sql', 'SELECT 1;')
    expect((await scene.release('migrate')).stderr).not.toContain('was changed')
  })

  it('an applied file that is gone is warned of', async () => {
    await scene.remove('migrations/2_b.sql')
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toMatch(/plan {5}warning: 2_b was applied on .*, and its file is gone/)
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d'])
  })

  it('applied files newer than every file here are an older release on a newer database, and fine', async () => {
    await scene.remove('migrations/4_d.sql')
    await scene.remove('migrations/2_b.sql')
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toContain('plan     the database is ahead of this code by 2 (4_d last)')
    expect(result.stderr).not.toContain('warning')
  })

  it('an empty folder beside a full history is told of at every run, and stops none: it may be a rollback', async () => {
    for (const path of Object.keys(files)) await scene.remove(path)
    for (let run = 1; run <= 2; run++) {
      const result = await scene.release('migrate')
      expect(result.exitCode).toBe(0)
      expect(result.stderr).toContain(
        'plan     warning: No migration was found here, and 3 are applied (4_d last): this is probably the wrong folder, or a slug that was built without it. Check migrations-dir, .slugignore,',
      )
      expect(result.stderr).not.toContain('ahead of this code')
    }
  })

  it('an applied file under another name is refused, for it would run twice', async () => {
    await scene.rename('migrations/2_b.sql', 'migrations/5_b.sql')
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toMatch(
      /error: 2_b, applied on .*, is now called 5_b; under the new name it would run a second time\./,
    )
    expect(result.stderr).toContain('-> Name the file 2_b again.')
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d'])
  })

  it('a pending file older than an applied one is refused, unless any order is allowed', async () => {
    await scene.write('migrations/3_c.sql', 'CREATE TABLE c (id int);')
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: 3_c has not run, and 4_d, which comes after it, was applied already; two branches were probably merged.',
    )
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d'])
    expect((await scene.release('migrate --no-check-order')).exitCode).toBe(0)
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d', '3_c'])
  })

  it('several disagreements are told in one message', async () => {
    await scene.write('migrations/3_c.sql', 'CREATE TABLE c (id int);')
    await scene.write('migrations/5_e.sql', 'SELECT 1;')
    await scene.write('migrations/5_f.sql', 'SELECT 1;')
    const result = await refused()
    expect(result.stderr).toContain('error: The files and the history disagree in 2 places.')
    expect(result.stderr).toContain('  3_c has not run')
    expect(result.stderr).toContain('  5_e.sql and 5_f.sql have the same number')
  })

  it('what drift does is a setting', async () => {
    await scene.write('release-phase.config.json', '{"drift": {"changed": "error", "deleted": "allow"}}')
    await scene.remove('migrations/2_b.sql')
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
    await scene.write('migrations/1_a.sql', '-- other')
    await scene.write('migrations/5_e.sql', 'SELECT 1;')
    const result = await refused()
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('error: 1_a was changed')
    expect(await scene.history()).toEqual(['1_a', '2_b', '4_d'])
  })

  it('a history in another schema is found, and not begun anew', async () => {
    const result = await refused('migrate --schema other --create-schema')
    expect(result.exitCode).toBe(78)
    expect(result.stderr).toContain(
      'error: The history is expected in other.pgmigrations, which does not exist, and public.pgmigrations names 3 of the 3 migrations of the folder; they would run a second time.',
    )
    expect(result.stderr).toContain('--migrations-schema public')
  })
})
