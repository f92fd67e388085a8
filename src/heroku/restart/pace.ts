/** How long to wait before the next look at the list of dynos, in milliseconds. */
export interface Pace {
  /** A batch was ordered to restart: the wait before the first look. */
  first(): number
  /** The batch is not up yet: the wait before the next look. */
  next(): number
  /** The longest that anybody waits between two looks. */
  readonly longestMs: number
  /** The batch was up so long after its order. */
  learn(bootMs: number): void
  /** Few API requests are left, or enough again. */
  spare(few: boolean): void
}

const growth = 1.5
const longest = 5
const sparing = 3

/**
 * Makes the pace of a restart. The first batch is looked at after `pollMs`, and then less and less often; the
 * later ones not before they took as long as the one before them, because an earlier look finds nothing. So a batch
 * costs a handful of looks, however many dynos it has and however long they boot.
 */
export function createPace(pollMs: number): Pace {
  let learned: number | undefined
  let factor = 1
  let waitMs = pollMs
  const slowly = (ms: number) => ms * factor
  return {
    longestMs: pollMs * longest,
    first: () => {
      waitMs = pollMs
      return slowly(Math.max(pollMs, learned ?? 0))
    },
    next: () => {
      const now = waitMs
      waitMs = Math.min(waitMs * growth, pollMs * longest)
      return slowly(now)
    },
    learn: (bootMs) => {
      learned = bootMs
    },
    spare: (few) => {
      factor = few ? sparing : 1
    },
  }
}
