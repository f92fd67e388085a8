import { excerptOf } from '../core/excerpt.js'
import type { Finding } from '../core/finding.js'
import { plain } from '../core/plain.js'
import { allowedBy } from './check/report.js'

/**
 * A finding for a person: what, why, and what to write instead, with the place in the file if its lines are known. One
 * that somebody allowed is short.
 */
export function renderFinding(finding: Finding, lines: readonly string[] | undefined): string[] {
  const { file, line, message, why, instead, rule, severity, hazard, sqlstate, waiver } = finding
  if (waiver !== undefined) {
    return [`${file}:${line} ${allowedBy(waiver)}`, `  ${message}`, `  rule: ${rule}`].map(plain)
  }
  return [
    plain(`${file}:${line} ${severity}: ${message}`),
    ...(lines === undefined
      ? []
      : excerptOf(lines, { line, column: columnOf(finding, lines[line - 1] ?? '') })),
    plain(`  why: ${why}`),
    ...instead
      .split('\n')
      .map((text, index) => plain(`  ${index === 0 ? 'instead: ' : '  '}${text}`).trimEnd()),
    `  rule: ${rule} (${hazard}${sqlstate === undefined ? '' : `, SQLSTATE ${sqlstate}`})`,
  ]
}

/** Where the statement begins in its line; of code that makes it, where the line does. */
function columnOf({ statement }: Finding, line: string): number {
  const [beginning = ''] = statement.split('\n', 1)
  const found = beginning === '' ? -1 : line.indexOf(beginning.trimEnd())
  const unit = found < 0 ? Math.max(0, line.search(/\S/)) : found
  return Array.from(line.slice(0, unit)).length + 1
}

/** The lines of each text, split once however many findings there are. */
export function linesOf(
  sources: ReadonlyMap<string, string>,
): (file: string) => readonly string[] | undefined {
  const known = new Map<string, readonly string[]>()
  return (file) => {
    const source = sources.get(file)
    if (source === undefined) return undefined
    const lines = known.get(file) ?? source.split('\n')
    known.set(file, lines)
    return lines
  }
}
