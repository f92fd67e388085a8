import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/core/catalog.js'
import { judge, type JudgedFile } from '../../src/judge/judge.js'
import type { Example } from '../../src/judge/rule.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'
import { serverMajor } from '../support/postgres.js'
import { harm, unshown } from './support/shows.js'
import { truthOf } from './support/truth-here.js'

const grammar = await loadGrammar()
const server = await serverMajor()
// An older server takes its statements for a mistake.
const isTooNew = ({ since }: Example) => since !== undefined && server < since

// `RULE=drop-column npx vitest run test/judge/examples.test.ts` runs one.
const only = process.env['RULE']
const rules = allRules.filter(({ name }) => only === undefined || name === only)

it('every rule has a name of its own', () => {
  const names = allRules.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
  it.skipIf(isTooNew(rule.bad))(
    'finds its bad example, which does on a server what the rule says',
    async () => {
      const truth = await truthOf(rule.bad)
      const found = findingsOf(rule.bad, truth.catalog).filter(({ hazard }) => hazard === rule.hazard)
      expect([...new Set(found.map((finding) => finding.rule))]).toEqual([rule.name])
      expect(unshown(rule, truth)).toEqual([])
      const met = truth.breaks?.sqlstate
      expect(
        found
          .flatMap(({ sqlstate }) => (met === undefined ? [] : (sqlstate ?? [])))
          .filter((said) => said !== met),
      ).toEqual([])
    },
  )

  it.skipIf(isTooNew(rule.good))(
    'says nothing of its good example, which does no harm on a server',
    async () => {
      const truth = await truthOf(rule.good)
      expect(findingsOf(rule.good, undefined)).toEqual([])
      expect(findingsOf(rule.good, truth.catalog)).toEqual([])
      expect(harm(rule, truth)).toEqual([])
    },
  )
})

const findingsOf = (example: Example, catalog: Catalog | undefined) =>
  judge(
    example.files.map((sql, index) => fileOf(`${index + 1}.sql`, sql, example.contract === true)),
    { grammar, rules: allRules, catalog },
  ).findings

const fileOf = (path: string, sql: string, contract: boolean): JudgedFile => ({
  path,
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: sql.startsWith('-- no-transaction'),
  contract,
})
