import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

interface Checked {
  readonly verdict: string
  readonly findings: readonly { readonly file: string; readonly line: number; readonly rule: string }[]
}

const places = (stdout: string) =>
  (JSON.parse(stdout) as Checked).findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)

const files = {
  'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, email text);',
  'migrations/2_drop.sql': '-- unused\nALTER TABLE users DROP COLUMN email;',
  'migrations/3_index.js': `exports.up = (pgm) => {\n  pgm.createIndex('users', 'id')\n}`,
}

const none = { DATABASE_URL: undefined }

describe('release check', () => {
  it('judges the files that are named, whose older ones say what there is, and ends with 2', async () => {
    const scene = await createScene(files)
    const result = await scene.release('check migrations/2_drop.sql', none)
    expect(result.exitCode).toBe(2)
    expect(result.stdout).toContain(
      'migrations/2_drop.sql:2 error: Dropping users.email breaks the running code.',
    )
    expect(result.stdout).toContain('> 2 | ALTER TABLE users DROP COLUMN email;\n    | ^')
    expect(result.stdout).toMatch(/1 migration judged, 1 finding: would break the code that is running\.\n$/)
  })

  it('judges js at the line that makes the statement', async () => {
    const scene = await createScene(files)
    const { stdout } = await scene.release('check --json migrations/3_index.js', none)
    expect(places(stdout)).toEqual(['migrations/3_index.js:2 create-index'])
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, verdict: 'stalls' })
  })

  it('takes what the other named files make as new, and with --all each file as a release of its own', async () => {
    const scene = await createScene(files)
    const together = await scene.release('check --json migrations/1_users.sql migrations/2_drop.sql', none)
    expect(places(together.stdout)).toEqual([])
    expect(together.exitCode).toBe(0)
    const all = await scene.release('check --json --all', none)
    expect(places(all.stdout)).toEqual([
      'migrations/2_drop.sql:2 drop-column',
      'migrations/3_index.js:2 create-index',
    ])
  })

  it('judges what the database has not, by what its catalog says', async () => {
    const scene = await createScene({ 'migrations/1_users.sql': files['migrations/1_users.sql'] })
    await scene.release('migrate')
    await scene.write('migrations/2_drop.sql', files['migrations/2_drop.sql'])
    await scene.write('migrations/3_index.js', files['migrations/3_index.js'])
    const { stdout, exitCode } = await scene.release('check --json')
    // The table is empty, so building the index makes nobody wait.
    expect(places(stdout)).toEqual(['migrations/2_drop.sql:2 drop-column'])
    expect(exitCode).toBe(2)
  })

  it('judges what a branch adds, committed or not', async () => {
    const scene = await createScene({ 'migrations/1_users.sql': files['migrations/1_users.sql'] })
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: scene.folder })
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-qm', 'first')
    git('checkout', '-qb', 'work')
    await scene.write('migrations/2_drop.sql', files['migrations/2_drop.sql'])
    git('add', '.')
    git('commit', '-qm', 'second')
    await scene.write('migrations/3_index.js', files['migrations/3_index.js'])
    const { stdout } = await scene.release('check --json --since main', none)
    expect(places(stdout)).toEqual([
      'migrations/2_drop.sql:2 drop-column',
      'migrations/3_index.js:2 create-index',
    ])
    const unknown = await scene.release('check --since nowhere', none)
    expect(unknown.exitCode).toBe(64)
    expect(unknown.stderr).toContain('What was added since nowhere cannot be told')
  })

  it('judges files of another tool by pattern, also where there is no migrations folder', async () => {
    const scene = await createScene({
      'prisma/migrations/20250101_a/migration.sql': 'CREATE TABLE "User" (id int);',
      'prisma/migrations/20250102_b/migration.sql': 'DROP TABLE "Post";',
    })
    const { stdout } = await scene.release(`check --json prisma/migrations/**/*.sql`, none)
    expect((JSON.parse(stdout) as Checked).findings.every(({ file }) => file.includes('20250102_b'))).toBe(
      true,
    )
  })

  it.each([
    ['a file that is not there', 'check migrations/9_none.sql', 'There is no file migrations/9_none.sql.'],
    ['a pattern that nothing matches', 'check nothing/*.sql', 'No file matches nothing/*.sql.'],
    ['two ways to say what', 'check --all --since main', 'only one of them can'],
  ])('refuses %s with 64', async (_, words, message) => {
    const scene = await createScene(files)
    const result = await scene.release(words, none)
    expect(result.exitCode).toBe(64)
    expect(result.stderr).toContain(message)
  })

  it('makes a finding of a file that cannot be read or loaded', async () => {
    const scene = await createScene({
      'migrations/1_nul.sql': 'SELECT 1;\n\0',
      'migrations/2_bad.js': 'exports.up = (',
      'migrations/3_asks.js': `exports.up = async (pgm) => {\n  await pgm.db.query('SELECT 1')\n}`,
    })
    const { stdout, exitCode } = await scene.release('check --json --all', none)
    expect(exitCode).toBe(2)
    expect(places(stdout)).toEqual([
      'migrations/1_nul.sql:2 unjudged',
      'migrations/2_bad.js:1 unjudged',
      'migrations/3_asks.js:2 unjudged',
    ])
  })

  it('lets pass what is allowed with a reason: beside the statement, in code, in the central file', async () => {
    const allow = { file: 'migrations/2_drop.sql', rule: 'drop-column', reason: 'unread' }
    const scene = await createScene({
      ...files,
      'migrations/3_index.js': `${files['migrations/3_index.js']}\nexports.allow = { 'create-index': 'small' }`,
      'migrations/4_more.sql': '-- release:allow drop-column "unread"\nALTER TABLE users DROP COLUMN id;',
      'release-phase.waivers.json': JSON.stringify({ waivers: [allow] }),
    })
    const { stdout, exitCode } = await scene.release('check --json --all', none)
    expect(places(stdout)).toEqual([
      'migrations/2_drop.sql:2 drop-column',
      'migrations/3_index.js:2 create-index',
      'migrations/4_more.sql:2 drop-column',
    ])
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'safe' })
    expect(exitCode).toBe(0)
  })
})
