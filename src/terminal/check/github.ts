import type { Finding } from '../../core/finding.js'
import { proofLines } from './proof.js'
import { allowedBy, summaryOf, type CheckReport } from './report.js'

/**
 * Workflow commands that GitHub Actions shows beside the lines of a pull request, the summary last. GitHub shows ten
 * errors, ten warnings and ten notices of a step, so what stops comes first.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function renderGithub(report: CheckReport): string[] {
  const findings = report.findings.toSorted((one, other) => rank(one) - rank(other)).map(annotation)
  const notes = report.notes.map(({ file, line, rule, message }) =>
    command('notice', { file, line, title: rule }, message),
  )
  return [...findings, ...notes, ...proofLines(report), summaryOf(report)]
}

const rank = ({ severity, waiver }: Finding) => (waiver !== undefined ? 2 : severity === 'error' ? 0 : 1)

function annotation({ file, line, rule, severity, message, why, instead, waiver }: Finding): string {
  if (waiver !== undefined) {
    return command('notice', { file, line, title: rule }, `${message} It is ${allowedBy(waiver)}`)
  }
  return command(severity, { file, line, title: rule }, `${message} ${why}\nInstead: ${instead}`)
}

function command(
  name: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const shown = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`)
  return `::${name} ${shown.join(',')}::${data(message)}`
}

// As the toolkit of GitHub writes them: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
