import type { Kind } from './tally.js'

/** Lines between these two times may have been lost. */
export interface Gap {
  readonly from: Date
  readonly to: Date
}

/** What was seen of a log so far. */
export interface TailSoFar {
  /** Since the last trouble; undefined: the log was never reached. */
  readonly quietMs: number | undefined
  readonly kinds: readonly Kind[]
  readonly gaps: readonly Gap[]
  /** How often the log session was made anew because it had ended or was cut. */
  readonly reconnects: number
  /** Dynos that stood at crashed when it was last asked. */
  readonly crashed: readonly string[]
}

/** What `release tail` saw, and its verdict. */
export interface TailReport extends TailSoFar {
  readonly app: string
  /** The current release's version. */
  readonly release: number | undefined
  /** Lines older than this were not counted. */
  readonly since: Date
  readonly stable: boolean
  readonly untilStableMs: number
  readonly watchedMs: number
}
