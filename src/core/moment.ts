import { formatDuration } from './duration.js'

/** `2026-11-21 13:12:05 UTC`. */
export const formatMoment = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** `13:12:05 UTC`. */
export const formatTime = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`

/** `2026-11-21 13:12:05 UTC, 3 min ago`; what lies in the future, by another clock, is `just now`. */
export function formatSince(at: Date, now: Date): string {
  const agoMs = Math.floor((now.getTime() - at.getTime()) / 1000) * 1000
  return `${formatMoment(at)}, ${agoMs < 1000 ? 'just now' : `${formatDuration(agoMs)} ago`}`
}
