import type { SeenRequest } from '../recording.js'
import { eventsOf } from '../timeline/events.js'
import { hasFailed } from '../timeline/failures.js'
import { phaseTitles } from '../timeline/phases.js'
import { isSlow } from '../timeline/slow.js'
import type { PhaseSummary } from '../timeline/summary.js'
import type { Report } from './report.js'
import { anywayLine, latency, moment, routeLine, slowLine, subject, verdictLine } from './words.js'

/** The report for a terminal: the parts, what happened when, what failed, and the verdict last. */
export function renderText(report: Report): string[] {
  const { summary, recording } = report
  const { routes, slowRoutes } = summary
  const anyway = anywayLine(report)
  return [
    subject(report),
    '',
    ...table([headings, ...summary.phases.map(phaseRow)]),
    '',
    ...strip(report),
    '',
    ...eventsOf(recording).map(({ atMs, what }) => `${moment(atMs).padStart(9)}  ${what}`),
    ...(routes.length === 0 ? [] : ['', 'Failed']),
    ...routes.flatMap((route) => [
      `  ${route.route}  ${routeLine(route)}`,
      ...route.errors.map((error) => `      ${error}`),
    ]),
    ...(slowRoutes.length === 0 ? [] : ['', `Slow, from ${latency(report.slowMs)} on`]),
    ...slowRoutes.map((route) => `  ${route.route}  ${slowLine(route)}`),
    '',
    ...(anyway === undefined ? [] : [anyway]),
    verdictLine(report),
  ]
}

const headings = ['', 'from', 'to', 'requests', 'failed', 'slow', 'p50', 'p95', 'max']

function phaseRow({ name, fromMs, toMs, requests, failed, slow, latency: of }: PhaseSummary): string[] {
  const latencies = of === undefined ? ['', '', ''] : [of.p50Ms, of.p95Ms, of.maxMs].map(latency)
  return [
    phaseTitles[name],
    moment(fromMs),
    moment(toMs),
    ...[requests, failed, slow].map(String),
    ...latencies,
  ]
}

/** The first column to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
      .join('  ')
      .trimEnd(),
  )
}

const stripWidth = 80
const letters = { before: ' ', migration: 'm', boot: 'b', after: ' ' } as const

/** The whole deploy in three lines: each column is a piece of time, and shows the worst of its requests. */
function strip({ recording, summary, slowMs }: Report): string[] {
  const pieceMs = Math.max(1, recording.endMs) / stripWidth
  const columns = Array.from({ length: stripWidth }, (_, index) => index)
  const worst = columns.map((column) => {
    const here = recording.requests.filter(({ atMs }) => Math.floor(atMs / pieceMs) === column)
    return sign(here, slowMs)
  })
  const parts = columns.map((column) => {
    const [fromMs, toMs] = [column * pieceMs, (column + 1) * pieceMs]
    // A part that is shorter than a piece still shows.
    const here = summary.phases.filter((phase) => phase.fromMs < toMs && phase.toMs > fromMs)
    return letters[here.find(({ name }) => letters[name] !== ' ')?.name ?? 'before']
  })
  return [
    `  ${worst.join('')}`,
    `  ${parts.join('').trimEnd()}`,
    '  . served, s slow, X failed; m during migration, b between migration and boot',
  ]
}

function sign(requests: readonly SeenRequest[], slowMs: number): string {
  if (requests.length === 0) return ' '
  if (requests.some(hasFailed)) return 'X'
  return requests.some((request) => isSlow(request, slowMs)) ? 's' : '.'
}
