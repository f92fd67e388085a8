import { excerpt } from '../core/excerpt.js'
import type { Finding } from '../core/finding.js'
import { allowedBy } from './check/report.js'

/**
 * A finding for a person: what, why, and what to write instead, with the place in the file if its text is known. One
 * that somebody allowed is short.
 */
export function renderFinding(finding: Finding, source: string | undefined): string[] {
  const { file, line, message, why, instead, rule, severity, hazard, sqlstate, waiver } = finding
  if (waiver !== undefined) return [`${file}:${line} ${allowedBy(waiver)}`, `  ${message}`, `  rule: ${rule}`]
  const column = (source?.split('\n')[line - 1]?.search(/\S/) ?? 0) + 1
  return [
    `${file}:${line} ${severity}: ${message}`,
    ...(source === undefined ? [] : excerpt(source, { line, column })),
    `  why: ${why}`,
    ...instead.split('\n').map((text, index) => `  ${index === 0 ? 'instead: ' : '  '}${text}`),
    `  rule: ${rule} (${hazard}${sqlstate === undefined ? '' : `, SQLSTATE ${sqlstate}`})`,
  ]
}
