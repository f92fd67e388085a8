import type { Changes } from './changes.js'
import { endDyno, type Dyno, type DynoPlan } from './dyno.js'

/** The dynos that run a command once: one-off dynos and those of release phases. */
export interface OneOffs {
  all(): readonly Dyno[]
  /** Starts one that leaves the list when it ends, and is stopped after `timeToLiveMs`. */
  start(plan: DynoPlan, timeToLiveMs?: number): Dyno
  close(): Promise<void>
}

/** Keeps the list of an app's one-off dynos. */
export function createOneOffs(changes: Changes, start: (plan: DynoPlan) => Dyno): OneOffs {
  const dynos = new Set<Dyno>()
  return {
    all: () => [...dynos],
    start: (plan, timeToLiveMs) => {
      const dyno = start(plan)
      dynos.add(dyno)
      const timer = timeToLiveMs === undefined ? undefined : setTimeout(() => void dyno.stop(), timeToLiveMs)
      void dyno.ended.finally(() => {
        clearTimeout(timer)
        dynos.delete(dyno)
        changes.notify()
      })
      changes.notify()
      return dyno
    },
    close: async () => {
      await Promise.all([...dynos].map(endDyno))
    },
  }
}
