import type { Skip } from '../core/restart.js'

export interface RestartOptions {
  /** Name or id. */
  readonly app: string
  /** Only these process types; all of them when absent. */
  readonly types?: readonly string[] | undefined
  /** For the whole; by default 15 minutes, or a minute for each dyno where that is more. */
  readonly deadlineMs?: number | undefined
  /** For one dyno to be up and settled; 3 minutes. */
  readonly perDynoDeadlineMs?: number | undefined
  /** Between two looks at the list of dynos; 2 s. */
  readonly pollMs?: number | undefined
  /** How long a restarted dyno must stay up before the next one is restarted; 5 s. */
  readonly settleMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent: (event: RestartEvent) => void
}

/** What happens, as it happens, for whoever renders it. */
export type RestartEvent =
  /** A process type begins; `dynos` are the names in the order of their restart. */
  | {
      readonly kind: 'type'
      readonly type: string
      readonly quantity: number
      readonly dynos: readonly string[]
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
  readonly durationMs: number
}
