import type { SeenRequest } from '../recording.js'
import { hasFailed } from '../timeline/failures.js'
import { phaseTitles, type Phase } from '../timeline/phases.js'
import { latencyOf } from '../timeline/latency.js'
import { isSlow } from '../timeline/slow.js'
import { escape } from './escape.js'
import type { Report } from './report.js'
import { barsOf, lifeRow, livesOf } from './rows.js'
import { dotsHeight, gap, left, right, round, rowHeight, scaleFor, top, width, type Scale } from './scale.js'
import { latency, moment } from './words.js'

/**
 * The deploy as one SVG: a dot for each request by its latency, the parts of the deploy behind them, migrations as
 * bars and the lives of dynos as rows beneath.
 */
export function renderPicture(report: Report): string {
  const { recording, summary } = report
  const { steps, release, lives } = recording
  const bars = release.hasCommand ? 1 + steps.length : 0
  const rows = livesOf(lives)
  const barsTop = top + dotsHeight + gap
  const livesTop = barsTop + bars * rowHeight + (bars === 0 ? 0 : gap)
  const bottom = livesTop + rows.length * rowHeight + gap
  const scale = scaleFor(report, bottom)
  return `<svg viewBox="0 0 ${width} ${bottom + 26}" role="img" aria-label="Requests by latency, migrations and dynos over the time of the deploy">
${summary.phases.map((phase) => band(phase, scale)).join('\n')}
${axes(report, scale)}
${dots(report, scale)}
${bars === 0 ? '' : barsOf(recording, scale, barsTop)}
${rows.map((life, index) => lifeRow(life, scale, livesTop + index * rowHeight, recording.endMs)).join('\n')}
</svg>`
}

function band({ name, fromMs, toMs }: Phase, { x, bottom }: Scale): string {
  const [from, to] = [x(fromMs), x(toMs)]
  const wide = Math.max(to - from, name === 'before' || name === 'after' ? 0 : 1.5)
  const title = escape(`${phaseTitles[name]}: ${moment(fromMs)} to ${moment(toMs)}`)
  const shown = `<rect class="band ${name}" x="${from}" y="${top}" width="${round(wide)}" height="${bottom - top}"><title>${title}</title></rect>`
  return shown + label(phaseTitles[name], from + wide / 2, wide)
}

const letterWidth = 5.8

/** The name of a part over it, in two lines where one is too wide; one that does not fit is left to the legend. */
function label(title: string, x: number, wide: number): string {
  const words = title.split(' ')
  const half = Math.ceil(words.length / 2)
  const fits = (lines: readonly string[]) => lines.every((line) => line.length * letterWidth <= wide)
  const lines = [[title], [words.slice(0, half).join(' '), words.slice(half).join(' ')]].find(fits) ?? []
  const spans = lines.map(
    (line, index) =>
      `<tspan x="${round(x)}" y="${top - 8 - (lines.length - 1 - index) * 12}">${line}</tspan>`,
  )
  return spans.length === 0 ? '' : `<text class="part">${spans.join('')}</text>`
}

function axes({ recording, slowMs }: Report, { x, y, bottom, longestMs }: Scale): string {
  const levels = [1, 10, 100, 1000, 10_000, 100_000].filter((ms) => ms <= longestMs * 1.3)
  const seconds = ticks(recording.endMs / 1000)
  return [
    ...levels.map(
      (ms) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(ms)}" y2="${y(ms)}"/><text class="axis end" x="${left - 8}" y="${y(ms) + 4}">${latency(ms)}</text>`,
    ),
    `<line class="slow-line" x1="${left}" x2="${width - right}" y1="${y(slowMs)}" y2="${y(slowMs)}"><title>slow from ${latency(slowMs)} on</title></line>`,
    ...seconds.map(
      (second) =>
        `<line class="tick" x1="${x(second * 1000)}" x2="${x(second * 1000)}" y1="${bottom}" y2="${bottom + 5}"/><text class="axis middle" x="${x(second * 1000)}" y="${bottom + 19}">${second} s</text>`,
    ),
  ].join('\n')
}

function ticks(seconds: number): number[] {
  const step = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800].find((each) => seconds / each <= 14) ?? 3600
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step)
}

// A browser draws some thousand dots with ease; those that failed or were slow are all shown.
const mostDots = 4000

function dots({ recording, slowMs }: Report, scale: Scale): string {
  const served = recording.requests.filter((request) => !hasFailed(request) && !isSlow(request, slowMs))
  const each = Math.ceil(served.length / mostDots)
  const slow = recording.requests.filter((request) => isSlow(request, slowMs))
  const failed = recording.requests.filter(hasFailed)
  return [
    ...served.filter((_, index) => index % each === 0).map((request) => dot(request, 'served', scale)),
    ...slow.map((request) => dot(request, 'slow', scale)),
    ...failed.map((request) => dot(request, 'failed', scale)),
  ].join('\n')
}

function dot(request: SeenRequest, kind: 'served' | 'slow' | 'failed', { x, y }: Scale): string {
  const { method, path, status, code, dyno, version, atMs } = request
  const by = dyno === undefined ? '' : `, ${dyno} v${version ?? ''}`
  const ended = code === undefined ? `${status}` : `${status} ${code}`
  const title = `<title>${escape(`${method} ${path}: ${ended} after ${latency(latencyOf(request))}, at ${moment(atMs)}${by}`)}</title>`
  const [cx, cy] = [x(atMs), y(latencyOf(request))]
  // Not by colour alone: what failed is a cross.
  return kind === 'failed'
    ? `<path class="dot failed" d="M${round(cx - 3.5)} ${round(cy - 3.5)}l7 7m0 -7l-7 7">${title}</path>`
    : `<circle class="dot ${kind}" cx="${cx}" cy="${cy}" r="${kind === 'slow' ? 3.2 : 2.2}">${title}</circle>`
}
