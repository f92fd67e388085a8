import { renderFinding } from '../findings.js'
import { proofLines } from './proof.js'
import { summaryOf, type CheckReport } from './report.js'

/** The report for a person: each finding with its place in the file, the summary last. */
export function renderText(report: CheckReport): string[] {
  const { findings, notes, sources } = report
  return [
    ...findings.flatMap((finding) => [...renderFinding(finding, sources.get(finding.file)), '']),
    ...notes.map(({ file, line, message }) => `${file}:${line} note: ${message}`),
    ...(notes.length === 0 ? [] : ['']),
    ...proofLines(report),
    summaryOf(report),
  ]
}
