import type { Finding, Hazard } from '../../core/finding.js'
import type { CheckReport } from './report.js'

/**
 * The report as SARIF 2.1.0, which GitHub code scanning and most editors take. `tool` is the name and version of this one, `release-phase 1.2.3`.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif({ findings, notes }: CheckReport, tool: string): string[] {
  const rules = rulesOf([...findings, ...notes.map(({ rule }) => ({ rule, hazard: undefined }))])
  const ids = rules.map(({ id }) => id)
  const [name = '', semanticVersion = ''] = tool.split(' ')
  const driver = { name, semanticVersion, informationUri, rules }
  const results = [
    ...findings.map((finding) => ({
      ...ruleAt(finding.rule, ids),
      level: finding.severity,
      message: { text: `${finding.message} ${finding.why}\n${finding.instead}` },
      locations: [location(finding.file, finding.line, finding.statement)],
      ...(finding.waiver === undefined
        ? {}
        : { suppressions: [{ kind: 'inSource', justification: finding.waiver.reason }] }),
      properties: propertiesOf(finding),
    })),
    ...notes.map(({ file, line, rule, message }) => ({
      ...ruleAt(rule, ids),
      level: 'note',
      message: { text: message },
      locations: [location(file, line, '')],
    })),
  ]
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results }
  return JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, undefined, 2).split('\n')
}

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json'
const informationUri = 'https://www.npmjs.com/package/release-phase'

const meanings: Readonly<Record<Hazard, string>> = {
  compatibility: 'It breaks the code that is running.',
  lock: 'It makes the app wait.',
  order: 'It fails or stalls as it is written.',
  unjudged: 'It cannot be judged.',
}

function rulesOf(all: readonly { readonly rule: string; readonly hazard: Hazard | undefined }[]) {
  const hazards = new Map(all.map(({ rule, hazard }) => [rule, hazard]))
  return [...hazards].map(([id, hazard]) => ({
    id,
    shortDescription: {
      text: hazard === undefined ? 'Only the queries of the running code can tell.' : meanings[hazard],
    },
    ...(hazard === undefined ? {} : { properties: { tags: [hazard] } }),
  }))
}

const ruleAt = (ruleId: string, ids: readonly string[]) => ({ ruleId, ruleIndex: ids.indexOf(ruleId) })

const propertiesOf = ({ hazard, table, sqlstate, waiver }: Finding) => ({
  hazard,
  ...(table === undefined ? {} : { table }),
  ...(sqlstate === undefined ? {} : { sqlstate }),
  ...(waiver?.until === undefined ? {} : { allowedUntil: waiver.until }),
})

// A statement may be a dump of megabytes.
const mostOfStatement = 2000

const location = (file: string, line: number, statement: string) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(file) },
    region: {
      startLine: line,
      ...(statement === '' ? {} : { snippet: { text: statement.slice(0, mostOfStatement) } }),
    },
  },
})

/** A relative path is a relative reference; an absolute one needs its scheme. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/')
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  if (path.startsWith('/')) return `file://${encoded}`
  return /^[A-Za-z]:\//.test(path) ? `file:///${encoded}` : encoded
}
