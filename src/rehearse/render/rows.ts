import type { Life, Recording, Step } from '../recording.js'
import { escape } from './escape.js'
import { left, round, rowHeight, width, type Scale } from './scale.js'
import { moment } from './words.js'

/** The release phase and its migrations as bars, one beneath the other from `y` on. */
export function barsOf({ release, steps }: Recording, scale: Scale, y: number): string {
  const whole = {
    name: 'release phase',
    outcome: release.succeeded ? 'applied' : 'failed',
    fromMs: release.fromMs,
    toMs: release.toMs,
  } as const
  return [
    bar(whole, 'phase', scale, y),
    ...steps.map((step, index) => bar(step, 'step', scale, y + (index + 1) * rowHeight)),
  ].join('\n')
}

function bar({ name, outcome, fromMs, toMs }: Step, kind: string, { x }: Scale, y: number): string {
  const [from, to] = [x(fromMs), x(toMs)]
  const wide = round(Math.max(2, to - from))
  const title = escape(`${name}: ${outcome}, ${moment(fromMs)} to ${moment(toMs)}`)
  // Beside the bar, where there is room for it.
  const onTheLeft = from > width * 0.6
  const text = onTheLeft
    ? `<text class="name end" x="${from - 6}" y="${y + 12}">${escape(name)}</text>`
    : `<text class="name" x="${round(from + wide + 6)}" y="${y + 12}">${escape(name)}</text>`
  const look = outcome === 'applied' ? kind : `${kind} broken`
  return `<rect class="bar ${look}" x="${from}" y="${y + 3}" width="${wide}" height="${rowHeight - 7}" rx="2"><title>${title}</title></rect>${text}`
}

/** The dynos that have a row. Release dynos have their bar, and a crowd would hide the rest. */
export const livesOf = (lives: readonly Life[]) =>
  lives
    .filter(({ type, endMs }) => type !== 'release' && type !== 'run' && (endMs === undefined || endMs >= 0))
    .slice(0, 40)

/** What one dyno went through, as a row at `y`. */
export function lifeRow(life: Life, scale: Scale, y: number, lastMs: number): string {
  const { dyno, version, fromMs, upMs, servesMs, servedMs, crashedMs, endMs } = life
  const overMs = crashedMs ?? endMs ?? lastMs
  const isWeb = servesMs !== undefined || life.type === 'web'
  const name = `${dyno} v${version}`
  const parts = [
    part('starting', fromMs, upMs ?? overMs, scale, y, `${name} starts`),
    part(
      isWeb ? 'idle' : 'serving',
      upMs,
      overMs,
      scale,
      y,
      isWeb ? `${name} runs, and gets no requests` : `${name} runs`,
    ),
    isWeb ? part('serving', servesMs, servedMs ?? overMs, scale, y, `${name} gets requests`) : '',
    crashedMs === undefined
      ? ''
      : part('crashed', crashedMs, Math.max(crashedMs, endMs ?? lastMs), scale, y, `${name} crashed`),
  ]
  return `<text class="name end" x="${left - 8}" y="${y + 12}">${escape(name)}</text>${parts.join('')}`
}

function part(
  kind: string,
  fromMs: number | undefined,
  toMs: number,
  { x }: Scale,
  y: number,
  what: string,
): string {
  if (fromMs === undefined || toMs < fromMs || toMs < 0) return ''
  const title = escape(`${what}: ${moment(fromMs)} to ${moment(toMs)}`)
  return `<rect class="life ${kind}" x="${x(fromMs)}" y="${y + 3}" width="${round(Math.max(1, x(toMs) - x(fromMs)))}" height="${rowHeight - 7}"><title>${title}</title></rect>`
}
