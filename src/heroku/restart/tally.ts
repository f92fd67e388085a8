import { isDown, type Dyno, type Skip } from '../../core/restart.js'
import type { Place } from './replace-dynos.js'
import type { Progress } from './errors.js'
import type { PreparedRestart } from './plan.js'
import type { RestartedDyno, RestartOptions } from './report.js'

export type Failure = Extract<Place, { kind: 'crashed' } | { kind: 'late' }>

/** Keeps account of a restart: what was done, what is under way, what was not touched; and tells it. */
export interface Tally {
  readonly total: number
  readonly restarted: readonly RestartedDyno[]
  /** The dynos in the places of those restarted. */
  readonly successors: readonly Dyno[]
  readonly skipped: readonly Skip[]
  readonly stillDown: readonly string[]
  isBegun(): boolean
  ordered(dyno: Dyno): void
  /** The order was not carried out. */
  refused(dyno: Dyno): void
  /** Came up, or was gone. */
  settled(place: Exclude<Place, Failure>): void
  /** A crash or a delay, which ends the restart or does not. */
  failed(failure: Failure, ends: boolean): void
  /** Nothing more is to be told of what was under way. */
  batchOver(): void
  progress(): Progress
}

export function createTally(
  { groups, skipped: found, resume }: PreparedRestart,
  { app, onEvent }: Pick<RestartOptions, 'app' | 'onEvent'>,
): Tally {
  const names = groups.flatMap(({ dynos }) => dynos.map(({ name }) => name))
  const waiting = new Set(names)
  const total = names.length
  const underway = new Set<string>()
  const restarted: RestartedDyno[] = []
  const successors: Dyno[] = []
  const skipped: Skip[] = []
  const stillDown: string[] = []
  const skip = (known: Skip) => {
    skipped.push(known)
    onEvent({ kind: 'skipped', ...known })
  }
  for (const known of found) skip(known)
  return {
    total,
    restarted,
    successors,
    skipped,
    stillDown,
    isBegun: () => waiting.size < total,
    ordered: ({ type, name: dyno, state }) => {
      waiting.delete(dyno)
      underway.add(dyno)
      onEvent({ kind: 'restarting', type, dyno, state, position: total - waiting.size, total })
    },
    refused: ({ name }) => {
      waiting.add(name)
      underway.delete(name)
    },
    settled: (place) => {
      const { type, name: dyno } = place.old
      underway.delete(dyno)
      if (place.kind === 'gone') return skip({ type, dyno, reason: 'gone' })
      const { name: successor, releaseVersion } = place.dyno
      const { tookMs } = place
      const entry = { type, dyno, successor, releaseVersion, tookMs, wasDown: isDown(place.old) }
      successors.push(place.dyno)
      restarted.push(entry)
      onEvent({ kind: 'up', ...entry })
    },
    failed: (failure, ends) => {
      const { type, name } = failure.old
      if (!ends) stillDown.push(name)
      if (failure.kind === 'late') {
        const { tookMs: waitedMs, dyno } = failure
        return onEvent({ kind: 'late', type, dyno: name, state: dyno?.state, waitedMs, ends })
      }
      const { name: dyno, state, releaseVersion } = failure.dyno
      onEvent({ kind: 'crashed', type, dyno, state, releaseVersion, ends })
    },
    batchOver: () => underway.clear(),
    progress: () => ({
      app,
      resume,
      restarted: restarted.map(({ successor }) => successor),
      underway: [...underway],
      untouched: names.filter((name) => waiting.has(name)),
    }),
  }
}
