import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { root } from '../support/root.js'

const read = async (path: string) => await readFile(join(root, path), 'utf8')

/** The files of this repository that a page links to. */
async function linkedFrom(page: string): Promise<string[]> {
  const targets = [...(await read(page)).matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] ?? '')
  return targets
    .filter((target) => !target.includes('://'))
    .map((target) => normalize(join(dirname(page), target)))
}

test('every link leads somewhere', async () => {
  const docs = (await readdir(join(root, 'docs'))).map((name) => `docs/${name}`)
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs]
  const links = (await Promise.all(pages.map(linkedFrom))).flat()
  expect(links).toContain('docs/configuration.md')
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

// An error says to read docs/configuration.md; whoever installed the package has it then.
test('what the README links to is published with it', async () => {
  const { files } = z.object({ files: z.array(z.string()) }).parse(JSON.parse(await read('package.json')))
  const links = await linkedFrom('README.md')
  expect(
    links.filter((path) => !files.some((entry) => path === entry || path.startsWith(`${entry}/`))),
  ).toEqual([])
})
