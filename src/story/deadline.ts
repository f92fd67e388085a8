import { formatDuration } from '../core/duration.js'
import type { World } from './world.js'

/** The same world, its deadline running from now on: over every connection, and not once for each. */
export function startDeadline(world: World): World {
  const endsAt = performance.now() + world.config.deadlineMs
  return { ...world, leftMs: () => Math.max(0, endsAt - performance.now()) }
}

/** How long the run may still take. */
export const leftUntilDeadline = ({ config, leftMs }: World): number => leftMs?.() ?? config.deadlineMs

/** How long something is waited for. */
export interface Bound {
  readonly waitMs: number
  /** `30 min`, or `12 min, which the deadline leaves`. */
  readonly shown: string
  /** The variable that would make it longer. */
  readonly setting: string
}

// What waits ends before the deadline does, so that it can say whom it waited for.
const marginMs = 1000

/** What is left of a wait of `waitMs`, which `setting` sets, when the deadline comes before its end. */
export function boundedBy(world: World, waitMs: number, setting: string): Bound {
  const leftMs = Math.max(0, leftUntilDeadline(world) - marginMs)
  if (waitMs <= leftMs) return { waitMs, shown: formatDuration(waitMs), setting }
  return {
    waitMs: leftMs,
    shown: `${formatDuration(leftMs)} that the deadline leaves`,
    setting: 'RELEASE_DEADLINE',
  }
}
