import { beforeAll, describe, expect, it } from 'vitest'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeAll(async () => {
  scene = await createScene({
    'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);',
    'migrations/2_more.js': `exports.up = (pgm) => { pgm.createTable('more', { id: 'id' }) }`,
  })
  await scene.release('migrate')
})

/** Releases a third migration that fails, and takes its file away again. */
async function failWith(name: string, text: string) {
  await scene.write(`migrations/${name}`, text)
  const result = await scene.release('migrate')
  await scene.remove(`migrations/${name}`)
  expect(result.exitCode).toBe(1)
  expect(await scene.history()).toEqual(['1_users', '2_more'])
  return result
}

const rolledBack = 'State of the database: Nothing was applied before it; 3_bad was rolled back.'

describe.each([
  ['3_bad.js', 'exports.up = async (pgm) => {'],
  ['3_bad.cjs', 'module.exports.up = async (pgm) => {'],
  ['3_bad.mjs', 'export const up = async (pgm) => {'],
  [
    '3_bad.ts',
    `import type { MigrationBuilder } from 'node-pg-migrate'

interface Unused {
  readonly gone: string
}
export const up = async (pgm: MigrationBuilder): Promise<void> => {`,
  ],
])('in %s', (name, head) => {
  const lineAfterHead = head.split('\n').length + 1

  it('a statement of the builder that fails is shown with its SQL and the line that asked for it', async () => {
    const result = await failWith(
      name,
      `${head}
  pgm.createTable('extra', { id: 'id' })
  pgm.addColumns('users', {
    email: { type: 'txt' },
  })
}
`,
    )
    expect(result.stderr).toContain(
      `error: migrations/${name}:${lineAfterHead + 1} failed: type "txt" does not exist (SQLSTATE 42704).`,
    )
    expect(result.stderr).toMatch(/ {2}> 2 \| {3}ADD "email" txt;\n {6}\| {15}\^/)
    expect(result.stderr).toContain(rolledBack)
    expect(await scene.database.query(`SELECT to_regclass('extra') AS extra`)).toEqual([{ extra: null }])
  })

  it('an error of its own code is shown at its line', async () => {
    const result = await failWith(
      name,
      `${head}
  pgm.createTable('extra', { id: 'id' })
  await Promise.resolve()
  throw new Error('the moon is full')
}
`,
    )
    expect(result.stderr).toContain(
      `error: migrations/${name}:${lineAfterHead + 2} failed in its code: the moon is full\n`,
    )
    expect(result.stderr).toMatch(/ {2}> +\d+ \| {3}throw new Error\('the moon is full'\)\n {6,7}\| {9}\^/)
    expect(result.stderr).toContain(rolledBack)
  })

  it('a query of its own that fails is shown with its SQL, and what it did before is rolled back', async () => {
    const result = await failWith(
      name,
      `${head}
  await pgm.db.query("INSERT INTO users VALUES (1, 'one')")
  await pgm.db.query({ text: 'INSERT INTO users VALUES (2, $1)', values: [null] })
}
`,
    )
    expect(result.stderr).toContain(
      `error: migrations/${name}:${lineAfterHead + 1} failed: null value in column "name" of relation "users" violates not-null constraint (SQLSTATE 23502).`,
    )
    expect(result.stderr).toContain('  > 1 | INSERT INTO users VALUES (2, $1)\n      | ^')
    expect(result.stderr).toContain('  detail: Failing row contains (2, null).')
    expect(result.stderr).toContain(rolledBack)
    expect(await scene.database.query('SELECT id FROM users')).toEqual([])
  })

  it('a syntax error stops the release before anything has run, at its line', async () => {
    const result = await failWith(name, `${head}\n  pgm.sql('SELECT 1'))\n}\n`)
    expect(result.stderr).toMatch(
      new RegExp(
        String.raw`error: migrations/${name.replace('.', String.raw`\.`)}:${lineAfterHead} cannot be loaded: `,
      ),
    )
    expect(result.stderr).toMatch(/ {2}> \d+ \| {3}pgm\.sql\('SELECT 1'\)\)\n/)
    expect(result.stderr).toContain('Nothing was run; the database is as it was.')
  })
})

describe('a migration without a way up', () => {
  it.each([
    ['exports no function named up', `exports.down = () => {}`],
    ['exports up = false, which forbids running it', 'exports.up = false'],
    ['exports no function named up', `exports.up = 'CREATE TABLE x ()'`],
    ['exports no function named up', ''],
  ])('that %s stops the release before anything has run', async (why, text) => {
    const result = await failWith('3_bad.js', text)
    expect(result.stderr).toContain(`error: 3_bad.js cannot run: it ${why}.`)
  })
})

it('a module that a migration imports and that is not there is named', async () => {
  const result = await failWith('3_bad.ts', `import { x } from './nowhere.js'\nexport const up = x\n`)
  expect(result.stderr).toMatch(
    /error: migrations\/3_bad\.ts.* cannot be loaded: Cannot find module '\.\/nowhere\.js'/,
  )
})

it('something thrown that is no error is shown as it is', async () => {
  const result = await failWith('3_bad.js', `exports.up = () => { throw 'just a text' }`)
  expect(result.stderr).toContain('error: migrations/3_bad.js failed in its code: just a text')
})

it('an error that the code made of a failed query still says what happened', async () => {
  const result = await failWith(
    '3_bad.js',
    `exports.up = async (pgm) => {
  try { await pgm.db.query('SELEC 1') } catch (error) { throw new Error('could not prepare', { cause: error }) }
}`,
  )
  expect(result.stderr).toContain('error: migrations/3_bad.js:2 failed in its code: could not prepare')
  expect(result.stderr).toContain('  caused by: syntax error at or near "SELEC"')
})

it('a failed query that the code swallows does not pass for success', async () => {
  const result = await failWith(
    '3_bad.js',
    `exports.up = async (pgm) => {
  await pgm.db.query('SELEC 1').catch(() => undefined)
}`,
  )
  expect(result.stderr).toContain('SQLSTATE 25P02')
})

it('a query of its own that ran before it left its transaction is said to stay', async () => {
  const result = await failWith(
    '3_bad.js',
    `exports.up = async (pgm) => {
  await pgm.db.query("INSERT INTO users VALUES (1, 'one')")
  pgm.noTransaction()
  pgm.sql('SELECT nope')
}`,
  )
  expect(result.stderr).toContain('what its code asked through pgm.db was done, and is done again.')
  expect(await scene.database.query('SELECT id FROM users')).toEqual([{ id: 1 }])
})

it('lines are right in a folder whose name has spaces, quotes and letters outside ASCII', async () => {
  const odd = await createScene(
    { 'migrations/1_bad.mjs': `export const up = (pgm) => {\n  pgm.sql('SELECT nope')\n}\n` },
    { name: `my app's "größe" #1` },
  )
  expect((await odd.release('migrate')).stderr).toContain(
    'error: migrations/1_bad.mjs:2 failed: column "nope" does not exist (SQLSTATE 42703).',
  )
  await odd.write('migrations/1_bad.mjs', `export const up = (pgm) => {\n  throw new Error('own')\n}\n`)
  expect((await odd.release('migrate')).stderr).toContain(
    'error: migrations/1_bad.mjs:2 failed in its code: own',
  )
})
