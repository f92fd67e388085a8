import { latencyOf } from '../timeline/latency.js'
import type { Report } from './report.js'

export const width = 1000
export const left = 120
export const right = 12
export const top = 34
export const dotsHeight = 240
export const rowHeight = 18
export const gap = 14

/** Where things are in the picture. */
export interface Scale {
  readonly x: (ms: number) => number
  readonly y: (latencyMs: number) => number
  readonly bottom: number
  readonly longestMs: number
}

/** The scale on which a whole rehearsal has room; `bottom` is where the time's axis is. */
export function scaleFor({ recording, slowMs }: Report, bottom: number): Scale {
  const endMs = Math.max(1, recording.endMs)
  const longestMs = recording.requests.reduce(
    (most, request) => Math.max(most, latencyOf(request)),
    Math.max(slowMs, 10),
  )
  const most = Math.log10(longestMs * 1.3)
  return {
    bottom,
    longestMs,
    x: (ms) => round(left + (Math.min(Math.max(ms, 0), endMs) / endMs) * (width - left - right)),
    // A thousandth of a second to the longest: what stalls and what does not differ by powers of ten.
    y: (ms) => round(top + dotsHeight - (Math.log10(Math.max(1, ms)) / most) * dotsHeight),
  }
}

export const round = (value: number) => Math.round(value * 10) / 10
