import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

interface Checked {
  readonly findings: readonly { readonly file: string; readonly line: number; readonly rule: string }[]
}

const places = (stdout: string) =>
  (JSON.parse(stdout) as Checked).findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)

const none = { DATABASE_URL: undefined }

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, email varchar(9), age int);',
  'migrations/2_drop.sql': 'ALTER TABLE users DROP COLUMN age;',
  'migrations/3_widen.sql': 'ALTER TABLE users ALTER COLUMN email TYPE text;',
  'migrations/4_index.js': `exports.up = (pgm) => {\n  pgm.createIndex('users', 'email')\n}`,
}

describe('release check --baseline', () => {
  it('judges what is newer, by the schema that the older ones made', async () => {
    const scene = await createScene(files)
    // That the type was varchar, and the new one rewrites nothing, only the first file says.
    const { stdout } = await scene.release('check --json --all --baseline 2_drop', none)
    expect(places(stdout)).toEqual(['migrations/4_index.js:2 create-index'])
    const text = await scene.release('check --all --baseline 2_drop.sql', none)
    expect(text.stdout).toMatch(/2 migrations judged, 2 up to the baseline left out, 1 finding: /)
  })

  it('holds for files that are named, and stands in the configuration', async () => {
    const scene = await createScene({
      ...files,
      'release-phase.config.json': JSON.stringify({ judge: { baseline: '2_drop' } }),
    })
    const named = await scene.release('check migrations/2_drop.sql', none)
    expect(named.stdout).toBe('0 migrations judged, 1 up to the baseline left out: safe.\n')
    const over = await scene.release('check --json --all', { ...none, RELEASE_JUDGE_BASELINE: '1_users' })
    expect(places(over.stdout)).toEqual([
      'migrations/2_drop.sql:1 drop-column',
      'migrations/4_index.js:2 create-index',
    ])
  })

  it('holds for what a database has not, which then does not know the tables', async () => {
    const scene = await createScene(files)
    const { stdout } = await scene.release('check --json --baseline migrations/2_drop.sql')
    expect(places(stdout)).toEqual(['migrations/4_index.js:2 create-index'])
  })

  it('takes the folder of a migration for its name, and a path of a file that is not judged', async () => {
    const scene = await createScene({
      'prisma/migrations/1_a/migration.sql': 'CREATE TABLE a (id int, b int, c int);',
      'prisma/migrations/2_b/migration.sql': 'ALTER TABLE a DROP COLUMN b;',
      'prisma/migrations/10_c/migration.sql': 'ALTER TABLE a DROP COLUMN c;',
    })
    const all = await scene.release('check --json prisma/migrations/**/*.sql --baseline 2_b', none)
    expect(places(all.stdout)).toEqual(['prisma/migrations/10_c/migration.sql:1 drop-column'])
    const some = await scene.release(
      'check --json prisma/migrations/2_b/migration.sql prisma/migrations/10_c/migration.sql --baseline prisma/migrations/1_a/migration.sql',
      none,
    )
    expect(places(some.stdout)).toHaveLength(2)
  })

  it.each([
    ['2_dorp', '2_drop'],
    ['2', '2_drop'],
    ['users', '1_users'],
    ['9_none', '4_index'],
  ])('refuses %s, which is no migration, and names %s', async (given, near) => {
    const scene = await createScene(files)
    const result = await scene.release(`check --all --baseline ${given}`, none)
    expect(result.exitCode).toBe(64)
    expect(result.stderr).toContain(`The baseline ${given} is no migration.`)
    expect(result.stderr).toContain(`as its file is called: ${near}\n`)
  })
})
