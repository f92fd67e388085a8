import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject } from '../support/project.js'
import { root } from '../support/root.js'

/** The script of the action's one step. */
async function script(): Promise<string> {
  const [, text = ''] = (await readFile(join(root, 'action.yml'), 'utf8')).split(/^ {6}run: \|\n/m)
  return text.replaceAll(/^ {8}/gm, '')
}

interface Ended {
  readonly code: number
  readonly stdout: string
}

/** Runs it as GitHub does, where it is installed, in the folder `db` of a repository. */
async function runAction(files: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>) {
  const { folder } = await createProject(files)
  const app = join(folder, 'db')
  await mkdir(join(app, 'node_modules/.bin'), { recursive: true })
  await symlink(join(root, 'bin/release.js'), join(app, 'node_modules/.bin/release'))
  const env = {
    PATH: process.env['PATH'],
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    INPUT_FOLDER: './db/',
    INPUT_SUMMARY: 'true',
    ...inputs,
  }
  const text = await script()
  const ended = await new Promise<Ended>((resolve) => {
    execFile('bash', ['-e', '-o', 'pipefail', '-c', text], { cwd: app, env }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout })
    })
  })
  const read = async (name: string) => await readFile(join(folder, name), 'utf8').catch(() => '')
  return { ...ended, read }
}

test('the action annotates lines as seen from the root of the repository, and ends as the check does', async () => {
  const { code, stdout, read } = await runAction(
    {
      'db/migrations/1_a.sql': 'SELECT 1;\nALTER TABLE users DROP COLUMN nickname;',
      "db/migrations/2 it's.sql": 'CREATE INDEX ON users (id);',
    },
    { INPUT_FILES: "migrations/1_*.sql\n\nmigrations/2 it's.sql\n", INPUT_SARIF: 'release.sarif' },
  )
  expect(stdout).toContain(
    '::error file=db/migrations/1_a.sql,line=2,title=drop-column::Dropping users.nickname',
  )
  expect(stdout).toContain("::error file=db/migrations/2 it's.sql,line=1,title=create-index::")
  expect(code).toBe(2)
  expect(await read('output')).toBe('exit-code=2\n')
  expect(await read('summary.md')).toMatch(/^<!-- release check -->\n### release check: would break/)
  expect(JSON.parse(await read('db/release.sarif'))).toMatchObject({ version: '2.1.0' })
})

test('the action writes no files for a check that could not be made', async () => {
  const { code, read } = await runAction(
    { 'db/migrations/1_a.sql': 'SELECT 1;' },
    { INPUT_FILES: 'migrations/none.sql', INPUT_SARIF: 'release.sarif' },
  )
  expect(code).toBe(64)
  expect(await read('output')).toBe('exit-code=64\n')
  expect([await read('summary.md'), await read('db/release.sarif')]).toEqual(['', ''])
})
