import type { Verb } from './attempt.js'
import type { Reader } from './fields.js'

export interface PlatformOptions {
  readonly token: string
  /** Another address than https://api.heroku.com; plain http only where it is written out. */
  readonly apiUrl?: string | undefined
  /** Bound on one attempt, from looking up the name to the last byte of the answer; 15 s. */
  readonly timeoutMs?: number | undefined
  /** Bound on a call with all its attempts and pauses; 60 s. */
  readonly patienceMs?: number | undefined
  /** The pause after a call's first attempt; the later ones grow. 500 ms. */
  readonly firstPauseMs?: number | undefined
  /** Ends every call at once, with the signal's own reason. */
  readonly signal?: AbortSignal | undefined
  readonly onNotice?: ((notice: PlatformNotice) => void) | undefined
}

/** A call that is about to be sent again, and why. */
export interface PlatformNotice {
  readonly kind: 'retrying'
  readonly verb: Verb
  readonly path: string
  readonly reason: string
  readonly attempts: number
  readonly pauseMs: number
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** A shorter bound for this call than the platform's. */
  readonly patienceMs?: number | undefined
}

export interface ListOptions extends CallOptions {
  /** Such as `version ..; order=desc,max=10`; by default the API's own order, 1,000 to a page. */
  readonly range?: string
  /** How many entries are enough: pages are read until they are there. By default one page; Infinity: all. */
  readonly enough?: number
}

/**
 * Heroku's Platform API. Paths come from `apiPath`; a reader takes what is needed out of an answer.
 * Every call rejects with a `ReleaseError` (the codes are listed at `platformError`) or the signal's reason.
 */
export interface Platform {
  get<T>(path: string, read: Reader<T>, options?: CallOptions): Promise<T>
  list<T>(path: string, read: Reader<T>, options?: ListOptions): Promise<readonly T[]>
  post<T>(path: string, body: unknown, read: Reader<T>, options?: CallOptions): Promise<T>
  patch<T>(path: string, body: unknown, read: Reader<T>, options?: CallOptions): Promise<T>
  delete(path: string, options?: CallOptions): Promise<void>
  /** Requests left in the quota, as the newest answer said. */
  readonly rateLimitRemaining: number | undefined
  /** Heroku's clock, to the second, when the newest answer came; undefined where it did not say. */
  readonly heardAt: Date | undefined
  /** Takes the token out of a text. */
  redact(text: string): string
}
