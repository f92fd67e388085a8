import { setTimeout as sleep } from 'node:timers/promises'

/** What visitors met. */
export interface Visits {
  readonly served: number
  readonly failed: number
  readonly slowestMs: number
  /** The first few failures, in a few words each. */
  readonly failures: readonly string[]
}

/** Asks a URL again and again from a few visitors at once, until it is stopped. */
export function startTraffic(url: string, visitors = 4): { stop(): Promise<Visits>; soFar(): Visits } {
  const over = new AbortController()
  const tally = { served: 0, failed: 0, slowestMs: 0, failures: [] as string[] }
  const visits = Array.from({ length: visitors }, async () => {
    while (!over.signal.aborted) {
      await visit(url, tally)
      await sleep(20)
    }
  })
  return {
    soFar: () => ({ ...tally }),
    stop: async () => {
      over.abort()
      await Promise.all(visits)
      return tally
    },
  }
}

async function visit(
  url: string,
  tally: { served: number; failed: number; slowestMs: number; failures: string[] },
): Promise<void> {
  const startedAt = performance.now()
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
    const text = await response.text()
    if (response.ok) tally.served += 1
    else fail(tally, `${response.status} ${text.slice(0, 60)}`)
  } catch (error) {
    fail(tally, String(error))
  }
  tally.slowestMs = Math.max(tally.slowestMs, performance.now() - startedAt)
}

function fail(tally: { failed: number; failures: string[] }, what: string): void {
  tally.failed += 1
  if (tally.failures.length < 3) tally.failures.push(what)
}
