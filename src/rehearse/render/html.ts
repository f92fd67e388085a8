import type { ReleasePhase } from '../recording.js'
import { eventsOf } from '../timeline/events.js'
import type { FailedRoute } from '../timeline/failures.js'
import { phaseTitles } from '../timeline/phases.js'
import type { SlowRoute } from '../timeline/slow.js'
import type { PhaseSummary } from '../timeline/summary.js'
import { escape } from './escape.js'
import { renderPicture } from './picture.js'
import type { Report } from './report.js'
import { style } from './style.js'
import { anywayLine, latency, moment, routeLine, slowLine, subject, verdictLine } from './words.js'

/** The report as one page that needs nothing else: no script, no network. */
export function renderHtml(report: Report): string {
  const { summary, recording, tool } = report
  const anyway = anywayLine(report)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal: ${escape(verdictLine(report))}</title>
<style>${style}</style>
</head>
<body><main>
<h1${summary.verdict === 'none-failed' ? '' : ' class="bad"'}>${escape(verdictLine(report))}</h1>
<p class="subject">${escape(subject(report))}</p>
${anyway === undefined ? '' : `<p>${escape(anyway)}</p>`}
<figure>
${renderPicture(report)}
<figcaption>${legend}</figcaption>
</figure>
<h2>The parts of the deploy</h2>
<table><thead><tr>${['', 'from', 'to', 'requests', 'failed', `slow (${latency(report.slowMs)})`, 'p50', 'p95', 'max'].map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>${summary.phases.map(phaseRow).join('\n')}</tbody></table>
${summary.routes.length === 0 ? '' : `<h2>What failed</h2>\n${summary.routes.map(routeBlock).join('\n')}`}
${summary.slowRoutes.length === 0 ? '' : `<h2>What was slow</h2>\n${summary.slowRoutes.map(slowRow).join('\n')}`}
<h2>What happened when</h2>
<table><tbody>${eventsOf(recording)
    .map(({ atMs, what }) => `<tr><td>${moment(atMs)}</td><td class="text">${escape(what)}</td></tr>`)
    .join('\n')}</tbody></table>
${output(recording.release)}
<footer>${escape(`${tool}, ${recording.startedAt.toISOString().slice(0, 19)}Z. Times count from the first request.`)}</footer>
</main></body>
</html>
`
}

const legend = [
  ['served', 'served'],
  ['slow', 'slow'],
  ['failed', 'failed (a cross)'],
  ['migration', 'during migration'],
  ['boot', 'between migration and boot'],
  ['bar', 'migration'],
  ['starting', 'dyno starting'],
  ['idle', 'up, without requests'],
  ['serving', 'serving'],
]
  .map(([name, text]) => `<span><i style="background:var(--${name})"></i>${text}</span>`)
  .join(' ')

function phaseRow({ name, fromMs, toMs, requests, failed, slow, latency: of }: PhaseSummary): string {
  const latencies = of === undefined ? ['', '', ''] : [of.p50Ms, of.p95Ms, of.maxMs].map(latency)
  const cells = [phaseTitles[name], moment(fromMs), moment(toMs), requests, failed, slow, ...latencies]
  return `<tr>${cells.map((cell, index) => `<td${index === 4 && failed > 0 ? ' class="bad"' : ''}>${cell}</td>`).join('')}</tr>`
}

function routeBlock(route: FailedRoute): string {
  const errors = route.errors.length === 0 ? '' : `<pre>${route.errors.map(escape).join('\n')}</pre>`
  const whose = route.byDeploy ? '' : ' It had failed before the deploy already.'
  return `<p><strong>${escape(route.route)}</strong> ${escape(`${routeLine(route)}.${whose}`)}</p>${errors}`
}

const slowRow = (route: SlowRoute) =>
  `<p><strong>${escape(route.route)}</strong> ${escape(slowLine(route))}</p>`

// Of a release phase that failed, its output is what is to be read.
const output = ({ output: lines, succeeded }: ReleasePhase) =>
  lines.length === 0
    ? ''
    : `<details${succeeded ? '' : ' open'}><summary>Output of the release phase</summary><pre>${escape(lines.join('\n'))}</pre></details>`
