import { plain } from '../../core/plain.js'
import { linesOf, renderFinding } from '../findings.js'
import { matrixLines } from './matrix.js'
import { proofLines } from './proof.js'
import { summaryOf, type CheckReport } from './report.js'

/** The report for a person: each finding with its place in the file, the summary last. */
export function renderText(report: CheckReport): string[] {
  const { findings, notes, sources } = report
  const lines = linesOf(sources)
  return [
    ...findings.flatMap((finding) => [...renderFinding(finding, lines(finding.file)), '']),
    ...notes.map(({ file, line, message }) => plain(`${file}:${line} note: ${message}`)),
    ...(notes.length === 0 ? [] : ['']),
    ...proofLines(report),
    ...(report.proof?.matrix === undefined ? [] : matrixLines(report.proof.matrix)),
    summaryOf(report),
  ]
}
