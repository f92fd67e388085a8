import { performance } from 'node:perf_hooks'
import { messageOf } from '../../core/errors.js'
import { reasonOf } from '../network-faults.js'
import { pause } from '../pause.js'

/** An address of the app and the answer that is expected there. */
export interface Health {
  readonly url: string
  readonly status: number
  /** A text that the answer contains. */
  readonly body: string | undefined
}

const askMs = 10_000

/**
 * Asks until `asks` answers in a row were as expected; one that is not begins the count anew. Returns what was wrong
 * with the last that was not, as the end of a sentence, when `deadlineMs` passed; undefined when all is well. Rejects only
 * with the signal's reason.
 *
 * The router gives a request to any web dyno that is up, and no address leads to a certain one, so one answer says
 * little. https://devcenter.heroku.com/articles/http-routing#request-distribution
 */
export async function waitForHealth(
  health: Health,
  options: {
    readonly asks: number
    readonly deadlineMs: number
    readonly pauseMs: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<string | undefined> {
  const endMs = performance.now() + options.deadlineMs
  let good = 0
  let lastFault: string | undefined
  while (good < options.asks) {
    const fault = await ask(health, options.signal)
    good = fault === undefined ? good + 1 : 0
    lastFault = fault ?? lastFault
    // Good answers among bad ones may be those of dynos that were not restarted.
    if (performance.now() >= endMs) return good < options.asks ? lastFault : undefined
    if (fault !== undefined) await pause(options.pauseMs, options.signal)
  }
  return undefined
}

async function ask({ url, status, body }: Health, signal?: AbortSignal): Promise<string | undefined> {
  const late = AbortSignal.timeout(askMs)
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      headers: { 'user-agent': 'release-phase' },
    })
    const text = await response.text()
    if (response.status !== status) return `it answered with status ${response.status}, not ${status}`
    return body === undefined || text.includes(body) ? undefined : `its answer does not contain "${body}"`
  } catch (error) {
    signal?.throwIfAborted()
    if (late.aborted) return 'it did not answer within 10 s'
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return reasonOf(cause) === '' ? messageOf(error) : reasonOf(cause)
  }
}

/** Web dynos of which a few are new: so many asks meet one of those almost certainly, in a formation of any size. */
export function asksFor(quantity: number, fresh: number): number {
  return Math.min(mostAsks, Math.max(1, Math.ceil((3 * quantity) / Math.max(1, fresh))))
}

const mostAsks = 20

/** The address without what may be secret in it. */
export function nameOfUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
