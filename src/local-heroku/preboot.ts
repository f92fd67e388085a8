import type { Dyno } from './dyno.js'

/** The time in which old web dynos go on serving beside new ones that are already up. */
export interface Overlap {
  /** The dynos that serve although they are replaced; undefined outside an overlap. */
  dynos(): readonly Dyno[] | undefined
  /** Begins or, when a further release comes, begins anew: those that serve go on serving. */
  begin(replaced: readonly Dyno[]): void
  /** Requests go to the new dynos from now on. */
  end(): void
}

export interface OverlapOptions {
  readonly overlapMs: number
  /** Stops dynos that have been replaced. */
  retire(dynos: readonly Dyno[]): void
  onEnd(): void
}

/**
 * Preboot: the new web dynos get no request until `overlapMs` have passed, however soon they are up.
 * https://devcenter.heroku.com/articles/preboot
 */
export function createOverlap(options: OverlapOptions): Overlap {
  let serving: readonly Dyno[] | undefined
  let timer: NodeJS.Timeout | undefined
  return { dynos: () => serving, begin, end }

  function begin(replaced: readonly Dyno[]): void {
    clearTimeout(timer)
    // Dynos of a release in between never served and never will.
    if (serving === undefined) serving = replaced
    else options.retire(replaced)
    timer = setTimeout(end, options.overlapMs)
  }

  function end(): void {
    clearTimeout(timer)
    if (serving === undefined) return
    const old = serving
    serving = undefined
    options.onEnd()
    options.retire(old)
  }
}
