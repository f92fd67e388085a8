import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { sourceFiles } from './support/source-files.js'

const edges = ['core', 'config', 'postgres', 'migrations', 'heroku', 'shell', 'notify', 'terminal', 'judge']

// Who may import whom: a room names the rooms below it.
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  postgres: ['core'],
  migrations: ['core'],
  heroku: ['core'],
  shell: ['core'],
  notify: ['core'],
  terminal: ['core'],
  'local-heroku': ['core'],
  judge: ['core'],
  record: ['core'],
  story: edges,
  doctor: [...edges, 'story'],
  proof: [...edges, 'story'],
  release: [...edges, 'story'],
  // What ships as a file of its own: a rehearsal, and the Heroku that it runs on.
  rehearse: ['core', 'local-heroku'],
  rehearsal: [...edges, 'story', 'proof', 'rehearse'],
  commands: [...edges, 'story', 'doctor', 'proof', 'release', 'rehearse', 'rehearsal'],
}

interface Import {
  readonly from: string
  readonly to: string
}

async function imports(): Promise<Import[]> {
  const files = await sourceFiles('src')
  return files.flatMap(({ path, content }) =>
    [...content.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g)].map((match) => ({
      from: path,
      to: `${normalize(join(dirname(path), match[1] ?? ''))}.ts`,
    })),
  )
}

const roomOf = (path: string) => path.split('/')[1]?.replace(/\.ts$/, '') ?? ''

test('imports run one way, from the commands to the core', async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    const below = allowed[roomOf(from)]
    return below !== undefined && roomOf(from) !== roomOf(to) && !below.includes(roomOf(to))
  })
  expect(wrong).toEqual([])
})

test('every room has a rule', async () => {
  const rooms = new Set(
    (await sourceFiles('src'))
      .filter(({ path }) => path.split('/').length > 2)
      .map(({ path }) => roomOf(path)),
  )
  expect([...rooms].filter((room) => allowed[room] === undefined)).toEqual([])
})

test('the core reaches no file, network, process or clock of its own', async () => {
  const io =
    /from '(node:(?!util)[^']*|pg|pino|heroku-client|node-pg-migrate)'|process\.|setTimeout|Date\.now/
  const wrong = (await sourceFiles('src/core')).filter(({ content }) => io.test(content))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('what an app preloads imports nothing but node and a pure function', async () => {
  const files = await sourceFiles('src/record')
  const imported = files.flatMap(({ content }) =>
    [...content.matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
  )
  const strange = imported.filter((name) => !/^(?:node:|\.\/)/.test(name))
  expect([...new Set(strange)]).toEqual(['../core/sql-shape.js'])
})

test('only main reads the arguments and the environment of the process', async () => {
  const files = await sourceFiles('src')
  const wrong = files.filter(
    ({ path, content }) =>
      path !== 'src/main.ts' &&
      !path.startsWith('src/local-heroku/') &&
      // Part of another program, which it was preloaded into.
      path !== 'src/record/main.ts' &&
      /process\.(argv|env)\b/.test(content),
  )
  expect(wrong.map(({ path }) => path).filter((path) => path !== 'src/library.ts')).toEqual([])
})

test('no import goes round in a circle', async () => {
  const graph = new Map<string, string[]>()
  for (const { from, to } of await imports()) graph.set(from, [...(graph.get(from) ?? []), to])
  const done = new Set<string>()
  const circle = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of graph.get(file) ?? []) {
      const found = circle(next, [...path, file])
      if (found !== undefined) return found
    }
    done.add(file)
    return undefined
  }
  expect(
    [...graph.keys()].map((file) => circle(file, [])).find((found) => found !== undefined),
  ).toBeUndefined()
})

test('hooks and notifications are reached only where they are configured', async () => {
  const lazily = (await sourceFiles('src')).flatMap(({ path, content }) =>
    [
      ...content.matchAll(
        /^import (?!type )[^;]*?from '[^']*\/(?:notify\/|telling\/(?:release-told|hooking|run-hook))[^']*'/gm,
      ),
    ].map(() => path),
  )
  const own = ['src/notify/', 'src/story/telling/']
  expect(lazily.filter((path) => !own.some((room) => path.startsWith(room)))).toEqual([])
})

// `build.mjs` gives the rehearsal a file of its own by the way in which it is imported.
test('a rehearsal, and the Heroku that it brings, are loaded only when one is wished for', async () => {
  const statically = (await sourceFiles('src')).flatMap(({ path, content }) =>
    [
      ...content.matchAll(
        /^import (?!type )[^']*from '[^']*\/(?:rehearse\/[a-z-/]+|local-heroku\/[^']*)\.js'/gm,
      ),
    ].map(() => path),
  )
  const own = ['src/rehearse/', 'src/local-heroku/']
  expect(statically.filter((path) => !own.some((room) => path.startsWith(room)))).toEqual([])
})
