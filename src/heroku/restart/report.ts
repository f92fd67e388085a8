import type { Batch } from '../../core/batch.js'
import type { Skip } from '../../core/restart.js'

export interface RestartOptions {
  /** Name or id. */
  readonly app: string
  /** Only these process types; all of them when absent. */
  readonly types?: readonly string[] | undefined
  /** Only these dynos, by name. */
  readonly dynos?: readonly string[] | undefined
  /** Only dynos that were started before this moment, or so long ago, and those that are down. */
  readonly olderThan?: Date | { readonly ageMs: number } | undefined
  /** Only dynos that run and were started before this moment, when the last migration finished. */
  readonly stuckSince?: Date | undefined
  /** One. */
  readonly batch?: Batch | undefined
  /** What web dynos must answer before the next are restarted; see `Health`. */
  readonly health?: HealthOptions | undefined
  /** For the whole; by default 15 minutes, or `perDynoDeadlineMs` for each batch where that is more. */
  readonly deadlineMs?: number | undefined
  /** For the dynos of one batch to be up, settled and healthy; 3 minutes. */
  readonly perDynoDeadlineMs?: number | undefined
  /** Between the first looks at the list of dynos; later ones are further apart. 2 s. */
  readonly pollMs?: number | undefined
  /** How long restarted dynos must stay up before the next are restarted; 5 s. */
  readonly settleMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent: (event: RestartEvent) => void
}

export interface HealthOptions {
  /** A path of the app, or a URL. */
  readonly path: string
  readonly status: number
  readonly body: string | undefined
}

/** What happens, as it happens, for whoever renders it. */
export type RestartEvent =
  /** Something will be restarted; `resume` is the command that goes on if this is cut off. */
  | { readonly kind: 'begin'; readonly total: number; readonly batches: number; readonly resume: string }
  /** A release phase runs: the platform will replace every dyno when it succeeds. */
  | { readonly kind: 'pending-release'; readonly version: number }
  /** A process type begins; `dynos` are the names in the order of their restart, `newer` were left alone. */
  | {
      readonly kind: 'type'
      readonly type: string
      readonly quantity: number
      readonly dynos: readonly string[]
      readonly newer: number
      readonly batchSize: number
    }
  /** `state` is what the dyno was in before, `position` counts from 1 over all `total` dynos. */
  | {
      readonly kind: 'restarting'
      readonly type: string
      readonly dyno: string
      readonly state: string
      readonly position: number
      readonly total: number
    }
  | ({ readonly kind: 'up' } & RestartedDyno)
  /** `ends` is false where the whole process type was down before: then the restart goes on. */
  | {
      readonly kind: 'crashed'
      readonly type: string
      readonly dyno: string
      readonly state: string
      readonly releaseVersion: number | undefined
      readonly ends: boolean
    }
  /** Not up by its deadline; `state` is undefined when it is no longer listed, `ends` as above. */
  | {
      readonly kind: 'late'
      readonly type: string
      readonly dyno: string
      readonly state: string | undefined
      readonly waitedMs: number
      readonly ends: boolean
    }
  /** The app answers at this address as expected, so many times in a row. */
  | { readonly kind: 'healthy'; readonly url: string; readonly asks: number }
  /** The address is not asked. */
  | { readonly kind: 'health-unasked'; readonly reason: 'maintenance' }
  /** It is asked, but with preboot the router goes on sending requests to the old dynos for a while. */
  | { readonly kind: 'health-preboot' }
  /** Few API requests are left; the restart pauses for `pauseMs`, or with 0 only looks less often. */
  | { readonly kind: 'quota'; readonly requestsLeft: number; readonly pauseMs: number }
  /** Heroku did not say whether it will restart a dyno; the list of dynos will. `reason` is a sentence. */
  | { readonly kind: 'unconfirmed'; readonly dyno: string; readonly reason: string }
  | ({ readonly kind: 'skipped' } & Skip)

export interface RestartedDyno {
  readonly type: string
  /** The name it had when the restart began. */
  readonly dyno: string
  /** The name of the dyno in its place: the same on Cedar, another on Fir. */
  readonly successor: string
  readonly releaseVersion: number | undefined
  /** From the order until it was up and had settled. */
  readonly tookMs: number
  readonly wasDown: boolean
}

export interface RestartReport {
  readonly app: string
  readonly restarted: readonly RestartedDyno[]
  readonly skipped: readonly Skip[]
  /** Dynos of process types that were wholly down before and did not come up now either. */
  readonly stillDown: readonly string[]
  /** Dynos that are older than this were to be restarted: when it began, by Heroku's clock, unless told otherwise. */
  readonly begunAt: Date
  readonly batches: number
  /** Of the account's quota of API requests, after the last one; undefined where Heroku did not say. */
  readonly requestsLeft: number | undefined
  readonly durationMs: number
}
