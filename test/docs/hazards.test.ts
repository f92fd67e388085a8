import { expect, test } from 'vitest'
import { hazardsPage } from '../../src/judge/documentation.js'
import { allRules } from '../../src/judge/rules/all.js'

test('docs/hazards.md says what the rules say', async () => {
  await expect(hazardsPage(allRules)).toMatchFileSnapshot('../../docs/hazards.md')
})

test('docs/hazards.md has a section for every rule', () => {
  const page = hazardsPage(allRules)
  const titles = [...page.matchAll(/^### (.*)$/gm)].map(([, title]) => title)
  expect(new Set(titles)).toEqual(new Set(allRules.map(({ name }) => name)))
})
