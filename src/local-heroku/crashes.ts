import type { Dyno } from './dyno.js'

/** Starts crashed dynos again. */
export interface CrashRestarts {
  /** Looks after the dyno in a place until it is over. */
  watch(dyno: Dyno, place: string): void
  /** Forgets the crashes of a place, as a restart by hand or a new release does. */
  forget(place: string): void
  close(): void
}

/**
 * A dyno that crashed is started again: the first time at once, then after a cool-off period that grows from crash
 * to crash, until a release begins the count anew. `pausesMs` are those periods; the last one stays, and without
 * any a crashed dyno stays as it is. https://devcenter.heroku.com/changelog-items/344
 */
export function createCrashRestarts(options: {
  readonly pausesMs: readonly number[]
  /** Puts a new dyno in the place of the crashed one, if that still stands there. */
  renew(dyno: Dyno): void
}): CrashRestarts {
  const { pausesMs } = options
  const crashes = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  let closed = false
  return {
    watch: (dyno, place) => {
      void dyno.ended.finally(() => {
        if (dyno.state() !== 'crashed' || closed) return
        const before = crashes.get(place) ?? 0
        const pauseMs = pausesMs[Math.min(before, pausesMs.length - 1)]
        if (pauseMs === undefined) return
        crashes.set(place, before + 1)
        const timer = setTimeout(() => {
          timers.delete(timer)
          options.renew(dyno)
        }, pauseMs)
        timers.add(timer)
      })
    },
    forget: (place) => crashes.delete(place),
    close: () => {
      closed = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
