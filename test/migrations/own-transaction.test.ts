import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

const tableIsThere = async (scene: Awaited<ReturnType<typeof createScene>>, table: string) => {
  const [row] = await scene.database.query(`SELECT to_regclass('${table}') IS NOT NULL AS there`)
  return row?.['there']
}

describe('a BEGIN and COMMIT around a whole file', () => {
  it('are left out, so that the migration and its record stay together', async () => {
    const scene = await createScene({
      'migrations/1_own.sql': '-- from a dump\nBEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n',
      'migrations/2_work.sql': 'START TRANSACTION;\nCREATE TABLE b (id int);\nEND',
    })
    const result = await scene.release('migrate')
    expect(result).toMatchObject({ exitCode: 0 })
    expect(result.stderr).toContain('1_own: its own BEGIN and COMMIT are left out')
    expect(result.stderr).toContain('2_work: its own BEGIN and COMMIT are left out')
    expect(result.stderr).not.toContain('warning')
    expect(await scene.database.query('SELECT in_transaction FROM release_phase.steps')).toEqual([
      { in_transaction: true },
      { in_transaction: true },
    ])
  })

  it('lose nothing of the place of an error, and nothing of the file stays', async () => {
    const scene = await createScene({
      'migrations/1_bad.sql': 'BEGIN;\nCREATE TABLE a (id int);\nSELECT nope;\nCOMMIT;\n',
    })
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('migrations/1_bad.sql:3 failed: column "nope" does not exist')
    expect(result.stderr).toContain('  > 3 | SELECT nope;\n      |        ^')
    expect(result.stderr).toContain('1_bad was rolled back')
    expect(await tableIsThere(scene, 'a')).toBe(false)
  })
})

it('a COMMIT in the middle is warned of, and the migration is recorded once', async () => {
  const scene = await createScene({
    'migrations/1_own.sql': 'CREATE TABLE a (id int);\nCOMMIT;\nCREATE TABLE aa (id int);\n',
    'migrations/2_own.js': `exports.up = async (pgm) => { await pgm.db.query('COMMIT'); pgm.sql('CREATE TABLE b (id int)') }`,
    'migrations/3_plain.sql': 'CREATE TABLE c (id int);',
  })
  const result = await scene.release('migrate')
  expect(result).toMatchObject({ exitCode: 0 })
  expect(result.stderr).toContain('apply    warning: 1_own ends its transaction by itself (COMMIT)')
  expect(result.stderr).toContain('apply    warning: 2_own ends its transaction by itself (COMMIT)')
  expect(result.stderr).not.toContain('3_plain ends')
  expect(await scene.history()).toEqual(['1_own', '2_own', '3_plain'])
})

describe('a migration that rolls its own work back', () => {
  it.each([
    ['1_back.sql', 'CREATE TABLE a (id int);\n\nROLLBACK;', 'in line 3 of its SQL: ROLLBACK'],
    ['1_back.sql', 'BEGIN;\nCREATE TABLE a (id int);\nabort', 'in line 3 of its SQL: abort'],
    ['1_back.sql', 'CREATE TABLE a (id int); ROLLBACK; BEGIN; SELECT 1', 'in line 1 of its SQL: ROLLBACK'],
    ['1_back.js', `exports.up = (pgm) => pgm.sql('CREATE TABLE a (id int); ROLLBACK')`, 'in line 1'],
    [
      '1_back.js',
      `exports.up = async (pgm) => { await pgm.db.query('CREATE TABLE a (id int)'); await pgm.db.query('ROLLBACK') }`,
      'in line 1',
    ],
    [
      '1_back.js',
      `exports.up = async (pgm) => {
        await pgm.db.query('CREATE TABLE a (id int)')
        await pgm.db.query('SELECT nope').catch(() => {})
        await pgm.db.query('COMMIT')
      }`,
      'undoes its own work: ROLLBACK',
    ],
  ])('%s is refused and not recorded: %s', async (name, text, where) => {
    const scene = await createScene({ [`migrations/${name}`]: text })
    // The judge would stop it before.
    const result = await scene.release('migrate', { RELEASE_JUDGE_STALLS: 'allow' })
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('The migration undoes its own work')
    expect(result.stderr).toContain(where)
    expect(result.stderr).toContain(`in migrations/${name}`)
    expect(await scene.history()).toEqual([])
    expect(await tableIsThere(scene, 'a')).toBe(false)
  })

  it('is not confused with one that goes back to a savepoint', async () => {
    const scene = await createScene({
      'migrations/1_part.sql':
        'CREATE TABLE a (id int);\nSAVEPOINT s;\nDROP TABLE a;\nROLLBACK TO SAVEPOINT s;\nRELEASE s;',
    })
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
    expect(await tableIsThere(scene, 'a')).toBe(true)
    expect(await scene.history()).toEqual(['1_part'])
  })
})

describe('a migration that lets go of all advisory locks', () => {
  const lockTaken = `CREATE TABLE held AS SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`

  it.each([
    ['sql', '1_free.sql', 'SELECT pg_advisory_unlock_all();'],
    ['sql outside a transaction', '1_free.sql', '-- no-transaction\nDISCARD ALL;'],
    [
      'js',
      '1_free.js',
      `exports.up = async (pgm) => { await pgm.db.query('SELECT pg_advisory_unlock_all()') }`,
    ],
  ])('gets the release lock back before the next one begins (%s)', async (_, name, text) => {
    const scene = await createScene({
      [`migrations/${name}`]: text,
      'migrations/2_next.sql': lockTaken,
    })
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
    expect(await scene.database.query('SELECT locks::int FROM held')).toEqual([{ locks: 1 }])
  })

  it('is rolled back where another release took the lock meanwhile', async () => {
    const scene = await createScene({
      'migrations/1_free.sql':
        'SELECT pg_advisory_unlock_all();\nCREATE TABLE gone (id int);\nSELECT pg_sleep(1);',
    })
    const other = await scene.database.connect()
    const release = scene.start('migrate')
    const lock = '7241865325823964'
    await other.query(`SET statement_timeout = '20s'; SELECT pg_sleep(0)`)
    await waitUntilHeld(other, lock)
    await other.query(`SELECT pg_advisory_lock(${lock})`)
    const result = await release.done
    expect(result.exitCode).toBe(75)
    expect(result.stderr).toContain('The migration let go of the release lock')
    expect(await tableIsThere(scene, 'gone')).toBe(false)
  })
})

async function waitUntilHeld(
  client: { query(sql: string): Promise<{ rows: { held: boolean }[] }> },
  lock: string,
): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`SELECT pg_try_advisory_lock(${lock}) AS held`)
    if (rows[0]?.held !== true) return
    await client.query(`SELECT pg_advisory_unlock(${lock})`)
  }
}

describe('a file whose quote or comment is never closed', () => {
  it.each([
    ["SELECT 1;\nSELECT 'open;\n", 'unterminated quoted string', "> 2 | SELECT 'open;"],
    ['SELECT 1;\nSELECT "open;\n', 'unterminated quoted identifier', '> 2 | SELECT "open;'],
    ['SELECT 1;\nSELECT $$open;\n', 'unterminated dollar-quoted string', '> 2 | SELECT $$open;'],
    ['SELECT 1;\n/* open\n', 'unterminated /* comment', '> 2 | /* open'],
    ['SELECT 1;\nSELECT (1;\n', 'syntax error at or near ";"', '> 2 | SELECT (1;'],
    ['SELECT 1;\nSELECT (1', 'syntax error at end of input', '> 2 | SELECT (1'],
  ])('%j is shown at its own place', async (text, message, shown) => {
    const scene = await createScene({ 'migrations/1_open.sql': text })
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(message)
    expect(result.stderr).toContain(shown)
    expect(await scene.history()).toEqual([])
  })
})

it('a file that ends in a comment does not take its record into it', async () => {
  const scene = await createScene({ 'migrations/1_comment.sql': 'CREATE TABLE a (id int) -- the end' })
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  expect(await scene.history()).toEqual(['1_comment'])
})
