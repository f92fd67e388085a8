const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitsMs

/**
 * Reads a duration such as `500ms`, `10s`, `15m`, `1.5h` into milliseconds.
 * Returns undefined for anything else, a bare number too: its unit would be a guess.
 */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  if (match === null) return undefined
  const valueMs = Number(match[1]) * unitsMs[match[2] as Unit]
  return Number.isSafeInteger(Math.round(valueMs)) ? Math.round(valueMs) : undefined
}

/** Writes milliseconds for a person: `340 ms`, `2.1 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`
  if (durationMs < 59_950) return `${Number((durationMs / 1000).toFixed(1))} s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 3600) return pair(seconds, 60, 'min', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 2880) return pair(minutes, 60, 'h', 'min')
  return pair(Math.round(minutes / 60), 24, 'd', 'h')
}

function pair(value: number, per: number, large: string, small: string): string {
  const rest = value % per
  return rest === 0 ? `${value / per} ${large}` : `${Math.floor(value / per)} ${large} ${rest} ${small}`
}
