/** The account's pool of calls. */
export interface Quota {
  /** Takes one call; false when none is left. */
  take(): boolean
  remaining(): number
  /** Sets what is left, as if other programs had used the rest. */
  set(remaining: number): void
}

/**
 * A pool of `capacity` calls that refills at `perMinute`, as on Heroku: 4,500 and 75.
 * https://devcenter.heroku.com/articles/platform-api-reference#rate-limits
 */
export function createQuota(capacity = 4500, perMinute = 75): Quota {
  let left = capacity
  let at = Date.now()
  const refill = () => {
    const now = Date.now()
    left = Math.min(capacity, left + ((now - at) / 60_000) * perMinute)
    at = now
  }
  return {
    take: () => {
      refill()
      if (left < 1) return false
      left -= 1
      return true
    },
    remaining: () => {
      refill()
      return Math.floor(left)
    },
    set: (remaining) => {
      left = remaining
      at = Date.now()
    },
  }
}
