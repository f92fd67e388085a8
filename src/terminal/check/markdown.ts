import type { Finding } from '../../core/finding.js'
import { matrixMarkdown } from './matrix.js'
import { proofLines } from './proof.js'
import { allowedBy, outcomeOf, summaryOf, type CheckReport } from './report.js'

// A comment on GitHub takes 65,536 characters.
const most = 60_000

/**
 * The report as Markdown, for a comment in a pull request or for `$GITHUB_STEP_SUMMARY`. It begins with a mark by which
 * a comment of an earlier run can be found again.
 */
export function renderMarkdown(report: CheckReport): string[] {
  const open = report.findings.filter(({ waiver }) => waiver === undefined)
  const waived = report.findings.flatMap(({ waiver, ...finding }) =>
    waiver === undefined ? [] : [`- ${placeOf(finding)} \`${finding.rule}\` is ${escape(allowedBy(waiver))}`],
  )
  const notes = report.notes.map((note) => `- ${placeOf(note)} ${escape(note.message)}`)
  return [
    '<!-- release check -->',
    `### release check: ${outcomeOf(report)}`,
    '',
    ...withinLimit(open.map(section)),
    ...list('Allowed', waived),
    ...list('Notes', notes),
    ...proofLines(report).flatMap((line) => [escape(line.trim()), '']),
    ...(report.proof?.matrix === undefined ? [] : matrixMarkdown(report.proof.matrix)),
    escape(summaryOf(report)),
  ]
}

function section(finding: Finding): string[] {
  const { severity, message, why, instead, rule, sqlstate } = finding
  const [said = '', ...code] = instead.split('\n')
  const fence = '`'.repeat(Math.max(3, longestRun(instead) + 1))
  return [
    `**${placeOf(finding)} ${severity}: ${escape(message)}**`,
    '',
    escape(why),
    '',
    `Instead: ${escape(said)}`,
    '',
    ...(code.length === 0 ? [] : [`${fence}sql`, ...code, fence, '']),
    `Rule: \`${rule}\`${sqlstate === undefined ? '' : `, SQLSTATE ${sqlstate}`}`,
    '',
  ]
}

function withinLimit(sections: readonly (readonly string[])[]): string[] {
  let length = 0
  const fitting = sections.filter((lines) => (length += lines.join('\n').length + 1) <= most)
  const left = sections.length - fitting.length
  return [...fitting.flat(), ...(left === 0 ? [] : [`And ${left} more.`, ''])]
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const shown = lines.slice(0, 50)
  const more = lines.length > shown.length ? [`- and ${lines.length - shown.length} more`] : []
  return [`**${title}**`, '', ...shown, ...more, '']
}

const placeOf = ({ file, line }: { readonly file: string; readonly line: number }) =>
  `\`${file.replaceAll('`', "'")}:${line}\``

const longestRun = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))

/** Text that stands as it is: no emphasis by the underscores of a name, no tag, and nobody is called by an @. */
const escape = (text: string) =>
  text.replaceAll(/[\\`*_{}[\]<>#|~]/g, (letter) => `\\${letter}`).replaceAll('@', '&#64;')
