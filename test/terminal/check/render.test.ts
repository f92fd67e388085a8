import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { verdictOf, type Finding } from '../../../src/core/finding.js'
import { reportObject } from '../../../src/terminal/check/json.js'
import { checkFormats, renderCheck } from '../../../src/terminal/check/render.js'
import { breaking, empty, full, hostile, hostileReport } from './reports.js'

it.each(checkFormats.filter((format) => format !== 'sarif'))('shows a report as %s', async (format) => {
  const text = renderCheck(full, format, '1.2.3').join('\n')
  await expect(`${text}\n`).toMatchFileSnapshot(`expected/${format}.txt`)
})

it.each(['text', 'github', 'markdown'] as const)('says last, as %s, what it comes to', (format) => {
  expect(renderCheck(full, format, '1').at(-1)).toBe(
    '3 migrations judged, 2 findings, 1 allowed: would break the code that is running.',
  )
  expect(renderCheck(empty, format, '1').at(-1)).toBe('1 migration judged: safe.')
})

it('does not say that a waiver without use stalls the app', () => {
  const findings = full.findings.map((finding) => ({
    ...finding,
    rule: 'waiver-unused',
    hazard: 'order' as const,
  }))
  expect(renderCheck({ ...full, verdict: 'stalls', findings }, 'text', '1').at(-1)).toBe(
    '3 migrations judged, 2 findings, 1 allowed: waivers that allow nothing.',
  )
})

it.each([
  ['compatibility', 'error', 'would break the code that is running'],
  ['compatibility', 'warning', 'may break the code that is running'],
  ['lock', 'error', 'would stall the app'],
  ['lock', 'warning', 'may stall the app'],
  ['order', 'error', 'would fail or stall as written'],
  ['unjudged', 'warning', 'cannot be judged'],
] as const)('says of a finding of %s, %s, that it %s', (hazard, severity, said) => {
  const findings: Finding[] = [
    { ...breaking, hazard, severity },
    { ...breaking, hazard: 'unjudged', severity: 'warning' },
  ]
  const report = { ...full, findings, verdict: verdictOf(findings) }
  expect(renderCheck(report, 'text', '1').at(-1)).toBe(`3 migrations judged, 2 findings: ${said}.`)
  expect(renderCheck(report, 'markdown', '1')[1]).toBe(`### release check: ${said}`)
})

it('keeps the fixed shape of --json, in which a finding without a table says so', () => {
  const { version, verdict, findings } = reportObject(full)
  expect([version, verdict]).toEqual([1, 'breaks'])
  expect(Object.keys(findings[0] ?? {}).toSorted()).toEqual(
    'file hazard instead line message rule severity sqlstate statement table why'.split(' '),
  )
  expect(findings.map(({ table }) => table)).toEqual(['users', 'users', null])
})

/** The published schema, without its descriptions; its format `uri-reference` is no URL, as zod would have it. */
async function sarifSchema() {
  const text = await readFile('test/terminal/check/sarif-2.1.0.json', 'utf8')
  const schema: unknown = JSON.parse(text.replaceAll(/,?\s*"format": "uri-reference"/g, ''))
  return z.fromJSONSchema(z.record(z.string(), z.any()).parse(schema))
}

it.each([
  ['of everything', full],
  ['of nothing', empty],
  ['with hostile letters', hostileReport],
])('SARIF %s validates against its schema', async (_, report) => {
  const sarif: unknown = JSON.parse(renderCheck(report, 'sarif', 'release-phase 1.2.3').join('\n'))
  const schema = await sarifSchema()
  expect(schema.safeParse(sarif).error?.issues).toBeUndefined()
  // The schema is one that can say no.
  expect(schema.safeParse({ ...z.looseObject({}).parse(sarif), version: '2.0' }).success).toBe(false)
})

it('SARIF names rule, level, place and reason of each finding', () => {
  const sarif: unknown = JSON.parse(renderCheck(full, 'sarif', 'release-phase 1.2.3').join('\n'))
  expect(sarif).toMatchObject({
    runs: [
      {
        tool: {
          driver: {
            name: 'release-phase',
            semanticVersion: '1.2.3',
            rules: [{ id: 'create-index' }, { id: 'drop-column' }, { id: 'star-grows' }],
          },
        },
        results: [
          { ruleId: 'create-index', ruleIndex: 0, level: 'warning' },
          { ruleIndex: 1, level: 'error', locations: [{ physicalLocation: { region: { startLine: 2 } } }] },
          {
            locations: [{ physicalLocation: { artifactLocation: { uri: 'migrations/2%20b.ts' } } }],
            suppressions: [{ justification: 'no code has read it since v120' }],
          },
          { ruleIndex: 2, level: 'note' },
        ],
      },
    ],
  })
})

it('GitHub gets each annotation in one line, and its properties without commas and colons of their own', () => {
  const [line = '', ...rest] = renderCheck(hostileReport, 'github', '1')
  expect(rest).toHaveLength(1)
  expect(line).toContain('::error file=migrations/a%25b%3A c%2Cd&"e.sql,line=2,title=drop-column::100%25 <b>')
  expect(line).toContain('%0D%0Anext%0AInstead: ')
  expect(line).not.toMatch(/[\r\n]/)
})

it('XML holds no letter that XML does not allow, and every other one as it was', () => {
  const xml = renderCheck(hostileReport, 'junit', '1').join('\n')
  const shown = /<failure message="([^"]*)"/.exec(xml)?.[1] ?? ''
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  expect(shown.replaceAll(/&(\w+);/g, (all, name: string) => entities[name] ?? all)).toBe(
    hostile.replace('\u0001', '\uFFFD'),
  )
  expect(xml).not.toContain('\u0001')
  expect([...xml.matchAll(/<(\w+)[^>]*[^/]>/g)].map(([, name]) => name)).toEqual([
    'testsuites',
    'testsuite',
    'testcase',
    'failure',
  ])
})

it('Markdown shows the letters of a text as they are, in a fence that its code cannot end', () => {
  const text = renderCheck(hostileReport, 'markdown', '1').join('\n')
  expect(text).toContain('\\<b\\>"it\'s"\\</b\\> & a\\_b\\* \\| &#64;ann')
  expect(text).toContain('````sql\n```\nSELECT 1\n````')
})

it('Markdown of a thousand findings fits into a comment and says how many are left out', () => {
  const findings = Array.from({ length: 1000 }, () => full.findings[1] ?? full.findings).flat()
  const text = renderCheck({ ...full, findings }, 'markdown', '1').join('\n')
  expect(text.length).toBeLessThan(65_536)
  expect(text).toMatch(/And \d+ more\./)
})
