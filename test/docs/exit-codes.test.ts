import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/core/exit-codes.js'
import { sourceFiles } from '../support/source-files.js'

const page = async () => await readFile('docs/exit-codes.md', 'utf8')

test('docs/exit-codes.md lists every error code that the source can raise', async () => {
  const text = await page()
  const codes = new Set<string>()
  for (const { path, content } of await sourceFiles('src')) {
    if (path.startsWith('src/local-heroku/')) continue
    for (const match of content.matchAll(/\b\w*Error\(\s*'([a-z]+(?:-[a-z]+)*)'/g)) codes.add(match[1] ?? '')
  }
  expect(codes.size).toBeGreaterThan(30)
  expect([...codes].filter((code) => !text.includes(`\`${code}\``))).toEqual([])
})

test('docs/exit-codes.md lists every exit code', async () => {
  const text = await page()
  for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^\\|[^|]*\\b${code}\\b`, 'm'))
})
