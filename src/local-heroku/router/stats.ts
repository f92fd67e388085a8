import type { RouterErrorCode } from './errors.js'

/** How one request ended. */
export interface RequestOutcome {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly status: number
  readonly serviceMs: number
  /** The router's own error, where it gave one. */
  readonly code: RouterErrorCode | undefined
  readonly dyno: string | undefined
  readonly releaseVersion: number | undefined
  /** How the dyno's answer begins, where its status is 500 or more. */
  readonly excerpt: string | undefined
}

export interface RouterStats {
  /** All requests, those still under way too. */
  readonly requests: number
  /** Ended with a status below 500 (and not given up by the client). */
  readonly served: number
  /** Ended with a status of 500 or more, from the app or from the router. */
  readonly failed: number
  /** How many ended with each router error: `{ H10: 2 }`. */
  readonly codes: Readonly<Partial<Record<RouterErrorCode, number>>>
  /** How many each release served, by version. */
  readonly servedByRelease: Readonly<Record<number, number>>
  /** The newest thousand failures. */
  readonly failures: readonly RequestOutcome[]
  /** Calls back for each request that ends; returns the function that ends it. */
  follow(listener: (outcome: RequestOutcome) => void): () => void
  reset(): void
  count(): void
  settle(outcome: RequestOutcome): void
}

const keptFailures = 1000

/** Counts from nothing. */
export function createRouterStats(): RouterStats {
  const followers = new Set<(outcome: RequestOutcome) => void>()
  let numbers = zero()
  return {
    get requests() {
      return numbers.requests
    },
    get served() {
      return numbers.served
    },
    get failed() {
      return numbers.failed
    },
    get codes() {
      return numbers.codes
    },
    get servedByRelease() {
      return numbers.servedByRelease
    },
    get failures() {
      return numbers.failures
    },
    follow: (listener) => {
      followers.add(listener)
      return () => followers.delete(listener)
    },
    reset: () => {
      numbers = zero()
    },
    count: () => {
      numbers.requests += 1
    },
    settle: (outcome) => {
      const { code, releaseVersion } = outcome
      if (code !== undefined) numbers.codes[code] = (numbers.codes[code] ?? 0) + 1
      if (outcome.status >= 500) {
        numbers.failed += 1
        numbers.failures.push(outcome)
        if (numbers.failures.length > keptFailures) numbers.failures.shift()
      } else if (code === undefined) {
        numbers.served += 1
        if (releaseVersion !== undefined) {
          numbers.servedByRelease[releaseVersion] = (numbers.servedByRelease[releaseVersion] ?? 0) + 1
        }
      }
      for (const follow of followers) follow(outcome)
    },
  }
}

function zero() {
  return {
    requests: 0,
    served: 0,
    failed: 0,
    codes: {} as Partial<Record<RouterErrorCode, number>>,
    servedByRelease: {} as Record<number, number>,
    failures: [] as RequestOutcome[],
  }
}
