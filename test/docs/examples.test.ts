import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../../src/commands/arguments.js'
import { commands, type CommandName } from '../../src/commands/index.js'
import { loadConfig } from '../../src/config/load.js'
import { createProject } from '../support/project.js'
import { root } from '../support/root.js'
import { runRelease } from '../support/run-release.js'
import { createScene } from '../support/scene.js'

interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
}

async function pages(): Promise<{ page: string; text: string }[]> {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
  const names = ['README.md', ...docs.map((name) => `docs/${name}`)]
  return await Promise.all(
    names.map(async (page) => ({ page, text: await readFile(join(root, page), 'utf8') })),
  )
}

/** Fenced blocks of every page, unindented. */
async function blocks(language: string): Promise<Block[]> {
  return (await pages()).flatMap(({ page, text }) =>
    [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)]
      .filter((match) => match[2] === language)
      .map((match) => ({
        page,
        language,
        text: (match[3] ?? '').replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
      })),
  )
}

/** Without times, the address and the server's version, which differ from run to run. */
const steady = (text: string) =>
  text
    .replaceAll(/taken after .*/g, 'taken')
    .replaceAll(/\([\d.]+ m?s\)/g, '(N ms)')
    .replaceAll(/PostgreSQL \d+ at \S+/g, 'PostgreSQL N at X')

test('every configuration file in the docs is accepted', async () => {
  const files = await blocks('json')
  expect(files.length).toBeGreaterThan(1)
  for (const { text } of files) {
    const { folder } = await createProject({ 'release-phase.config.json': text })
    await expect(loadConfig({ flags: {}, environment: {}, folder })).resolves.toBeDefined()
  }
})

test('every release command in the docs has flags that exist', async () => {
  const lines = (await blocks('sh')).flatMap(({ text }) => text.split('\n'))
  const inline = (await pages()).flatMap(({ text }) =>
    [...text.matchAll(/`(release [a-z][^`]*)`/g)].map((match) => match[1] ?? ''),
  )
  const calls = [...lines, ...inline].flatMap(
    (line) => /\brelease ([a-z]+)((?: [^`$|#]*)?)$/.exec(line)?.slice(1, 3) ?? [],
  )
  expect(calls.length).toBeGreaterThan(20)
  for (let index = 0; index < calls.length; index += 2) {
    const [name, rest] = [calls[index] ?? '', calls[index + 1] ?? '']
    // Commands that are announced, not there yet, and placeholders.
    if (!Object.hasOwn(commands, name)) continue
    const command = await commands[name as CommandName].load()
    expect(() => readArguments(command, rest.split(' ').filter(Boolean))).not.toThrow()
  }
})

test('the migrations of the getting-started page run', async () => {
  const found = [...(await blocks('sql')), ...(await blocks('js'))].flatMap(({ text }) => {
    const path = /(?:--|\/\/) (migrations\/\S+)/.exec(text)?.[1]
    return path === undefined ? [] : [[path, text] as const]
  })
  expect(found).toHaveLength(3)
  const scene = await createScene(Object.fromEntries(found))
  const { exitCode, stdout } = await scene.release('migrate')
  expect(stdout).toContain('3 migrations applied')
  expect(exitCode).toBe(0)
})

test('the README shows a failing release as it is', async () => {
  const shown = (await blocks('text')).find(({ text }) => text.includes('error: '))?.text ?? ''
  const before = ['1', '2', '3', '4'].map((name) => [
    `migrations/${name}_old.sql`,
    `CREATE TABLE t${name} (id int)`,
  ])
  const scene = await createScene({
    ...(Object.fromEntries(before) as Record<string, string>),
    'migrations/0_charts.sql': 'CREATE TABLE charts (id int)',
  })
  await scene.remove('migrations/1_old.sql')
  await scene.release('migrate')
  await scene.write('migrations/1790000400000_add-tags.sql', 'ALTER TABLE charts ADD COLUMN tags text[]')
  await scene.write('migrations/1790000500000_add-flags.sql', 'ALTER TABLE charts ADD COLUMN flags int')
  await scene.write(
    'migrations/1790000600000_add-state.sql',
    '-- Whether a chart is a draft.\nALTER TABLE charts\n  ADD COLUMN state txt;\n',
  )
  const dyno = { HEROKU_APP_NAME: 'chart', HEROKU_RELEASE_VERSION: 'v5', DYNO: 'release.4711' }
  const { stderr, exitCode } = await scene.release('migrate', dyno)
  expect(steady(stderr)).toBe(steady(shown))
  expect(exitCode).toBe(1)
})

test('the library example of the README runs', async () => {
  const [example] = await blocks('ts')
  const scene = await createScene({
    'migrations/1_charts.sql': 'CREATE TABLE charts (id int)',
    'example.mjs': example?.text ?? '',
  })
  await scene.remove('node_modules')
  await mkdir(join(scene.folder, 'node_modules'))
  await symlink(root, join(scene.folder, 'node_modules', 'release-phase'))
  const { stdout, exitCode } = await runRelease([], {
    cwd: scene.folder,
    env: { DATABASE_URL: scene.url },
    script: join(scene.folder, 'example.mjs'),
  })
  expect(stdout).toContain("[ '1_charts' ]")
  expect(exitCode).toBe(0)
})

test('Procfile.example and app.json.example are what Heroku reads', async () => {
  const procfile = await readFile(join(root, 'Procfile.example'), 'utf8')
  expect(procfile).toMatch(/^release: release migrate$/m)
  expect(JSON.parse(await readFile(join(root, 'app.json.example'), 'utf8'))).toHaveProperty(
    'environments.review',
  )
})
