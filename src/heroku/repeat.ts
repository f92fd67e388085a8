import { pauseMs } from '../core/retry.js'
import type { Answer, Silence, Verb } from './attempt.js'

/** How long and how often a call is tried again. */
export interface Patience {
  /** Bound on the whole call: every attempt and every pause. */
  readonly patienceMs: number
  /** The pause after the first attempt; each later one is twice as long, up to 10 s. */
  readonly firstPauseMs: number
}

const mostAttempts = 5
const longestPauseMs = 10_000

/**
 * How long to wait before the call is sent again, in milliseconds; undefined when it must not be.
 *
 * A GET is sent again after silence, a 5xx, a 429 or an answer that is not JSON. Any other verb only when
 * Heroku certainly never saw it: the API has no idempotency key, so a second POST may be a second release.
 * A 429 may be asked about until patience ends, since the quota refills by the minute
 * (https://devcenter.heroku.com/articles/platform-api-reference#rate-limits).
 */
export function pauseBeforeRetryMs(
  call: { readonly verb: Verb; readonly attempts: number; readonly elapsedMs: number },
  outcome: Answer | Silence,
  patience: Patience,
): number | undefined {
  if (!isRepeatable(call.verb, outcome)) return undefined
  const limited = outcome.kind === 'answer' && outcome.status === 429
  if (!limited && call.attempts >= mostAttempts) return undefined
  const nextMs = retryAfterMs(outcome) ?? pauseMs(call.attempts, patience.firstPauseMs, longestPauseMs)
  return call.elapsedMs + nextMs < patience.patienceMs ? nextMs : undefined
}

/** What a `Retry-After` header asks for, in milliseconds: it holds seconds or a date. */
export function retryAfterMs(outcome: Answer | Silence): number | undefined {
  const asked = outcome.kind === 'answer' ? outcome.headers['retry-after'] : undefined
  if (asked === undefined) return undefined
  const waitMs = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now()
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined
}

function isRepeatable(verb: Verb, outcome: Answer | Silence): boolean {
  if (outcome.kind === 'silence') return !outcome.hopeless && (verb === 'GET' || outcome.arrived === 'no')
  if (verb !== 'GET') return false
  return outcome.status === 429 || outcome.status >= 500 || outcome.body === undefined
}
