/** Where a watch stands; all times by one clock that never goes back, in milliseconds. */
export interface Watch {
  readonly startedAtMs: number
  /** When the log was reached, or last disturbed; undefined: it has not been reached yet. */
  readonly quietSinceMs: number | undefined
  readonly untilStableMs: number
  readonly deadlineMs: number
}

/**
 * Stable after `untilStableMs` of quiet, hopeless as soon as so much quiet cannot be had before the deadline,
 * and otherwise to be looked at again in `waitMs`.
 */
export function judgeQuiet(
  { startedAtMs, quietSinceMs, untilStableMs, deadlineMs }: Watch,
  nowMs: number,
): { readonly verdict: 'stable' | 'hopeless' } | { readonly verdict: 'wait'; readonly waitMs: number } {
  const endMs = startedAtMs + deadlineMs
  const stableAtMs = (quietSinceMs ?? nowMs) + untilStableMs
  if (stableAtMs > endMs || nowMs >= endMs) return { verdict: 'hopeless' }
  return quietSinceMs !== undefined && nowMs >= stableAtMs
    ? { verdict: 'stable' }
    : { verdict: 'wait', waitMs: stableAtMs - nowMs }
}
