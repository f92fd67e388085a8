import type { Dyno } from './dyno.js'

/** Old web dynos that go on serving although new ones stand in their places. */
export interface Overlaps {
  /** The dyno that gets the requests in the place of a listed one: the old one during an overlap, else itself. */
  servingFor(listed: Dyno): Dyno
  /** The old dynos. */
  serving(): readonly Dyno[]
  /** Begins an overlap in a place, or begins it anew: what serves there goes on serving. */
  begin(before: Dyno, after: Dyno): void
  /** Ends the overlap in the place of a listed dyno, if there is one. */
  end(listed: Dyno): void
}

export interface OverlapOptions {
  readonly overlapMs: number
  /** Stops a dyno that has been replaced. */
  retire(dyno: Dyno): void
  onEnd(): void
}

/**
 * Preboot: a new web dyno gets no request until `overlapMs` have passed, however soon it is up. That holds for
 * restarts as for releases, and a restart within that time lets the old dyno serve for longer still.
 * https://devcenter.heroku.com/articles/preboot, and for restarts a word of Heroku's support:
 * https://github.com/arches/whacamole/pull/13
 */
export function createOverlaps(options: OverlapOptions): Overlaps {
  const overlaps = new Map<Dyno, { readonly old: Dyno; readonly timer: NodeJS.Timeout }>()
  return {
    servingFor: (listed) => overlaps.get(listed)?.old ?? listed,
    serving: () => [...overlaps.values()].map(({ old }) => old),
    begin: (before, after) => {
      const earlier = take(before)
      overlaps.set(after, {
        old: earlier?.old ?? before,
        timer: setTimeout(() => end(after), options.overlapMs),
      })
      // A dyno of a release in between never served and never will.
      if (earlier !== undefined) options.retire(before)
    },
    end,
  }

  function end(listed: Dyno): void {
    const overlap = take(listed)
    if (overlap === undefined) return
    // First to the stopping ones: whoever is told looks at once, and must find the dyno somewhere.
    options.retire(overlap.old)
    options.onEnd()
  }

  function take(listed: Dyno) {
    const overlap = overlaps.get(listed)
    clearTimeout(overlap?.timer)
    overlaps.delete(listed)
    return overlap
  }
}
