import { formatDuration } from '../core/duration.js'
import type { TailReport } from '../core/tail/report.js'
import type { Kind } from '../core/tail/tally.js'
import { alignColumns } from './columns.js'

/** What `release tail` prints at its end: the kinds, and the verdict last. */
export function renderTail(report: TailReport): string[] {
  const { kinds, gaps } = report
  return [
    ...alignColumns(kinds.map(row)).flatMap((line, index) => [`  ${line}`, ...sampleOf(kinds[index])]),
    ...gaps.map(({ from, to }) => `  Not seen: lines from ${timeOf(from)} to ${timeOf(to)} (UTC).`),
    summarizeTail(report),
  ]
}

function row({ kind, what, weight, lines, first, last, dynos }: Kind): string[] {
  const times = lines === 1 ? `at ${timeOf(first)}` : `${timeOf(first)} to ${timeOf(last)}`
  return [
    cut(kind, 40),
    weight === 'noted' ? `${what} (noted)` : what,
    countOf(lines),
    `${times} UTC`,
    shorten(dynos),
  ]
}

/** The line itself tells more than its kind, except where the kind has said it all. */
function sampleOf(kind: Kind | undefined): string[] {
  const [sample] = kind?.samples ?? []
  return sample === undefined || kind?.weight === 'noted' ? [] : [`    ${cut(sample, 200)}`]
}

/** `chart v42 is stable: quiet for 5 min.` */
export function summarizeTail(report: TailReport): string {
  const { app, release, stable, untilStableMs } = report
  const name = release === undefined ? app : `${app} v${release}`
  const lines = report.kinds
    .filter(({ weight }) => weight === 'trouble')
    .reduce((sum, kind) => sum + kind.lines, 0)
  if (stable) {
    const before = lines === 0 ? '' : ` Before that: ${countOf(lines)} of trouble.`
    return `${name} is stable: quiet for ${formatDuration(untilStableMs)}.${before}`
  }
  return `${name} is not stable: ${[whyNot(report, lines), ...stillDown(report)].join('; ')}.`
}

function whyNot({ untilStableMs, watchedMs, quietMs = 0 }: TailReport, lines: number): string {
  const watched = formatDuration(watchedMs)
  return lines === 0
    ? `no trouble in ${watched}, but it was not quiet for ${formatDuration(untilStableMs)}`
    : `${countOf(lines)} of trouble in ${watched}, the last ${formatDuration(quietMs)} ago`
}

const stillDown = ({ crashed }: TailReport) => (crashed.length === 0 ? [] : [`crashed: ${shorten(crashed)}`])

const countOf = (lines: number) => `${lines} ${lines === 1 ? 'line' : 'lines'}`

const timeOf = (at: Date) => at.toISOString().slice(11, 19)

const shorten = (names: readonly string[]) =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
