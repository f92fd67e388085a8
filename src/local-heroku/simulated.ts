import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Dyno, DynoHost, DynoPlan, DynoState } from './dyno.js'

/** `stuck` stays `starting` for ever. */
export type SimulatedOutcome = 'crashed' | 'stuck' | 'up'

/** What becomes of a simulated dyno. */
export interface SimulatedFate {
  /** How long it is `starting`; default `simulatedBootMs`. */
  readonly bootMs?: number
  /** Default up. */
  readonly outcome?: SimulatedOutcome | undefined
}

/** Asked at each start; `starts` counts the starts of a dyno in this place, from 1. */
export type SimulationScript = (dyno: {
  readonly name: string
  readonly type: string
  readonly releaseVersion: number
  readonly starts: number
}) => SimulatedFate

/** Starts a dyno without a process: its states follow the script. One-off dynos end as soon as they are up. */
export function startSimulatedDyno(host: DynoHost, plan: DynoPlan, fate: SimulatedFate): Dyno {
  const { name, type, command, size, release, oneOff } = plan
  const outcome = fate.outcome ?? 'up'
  const createdAt = new Date()
  let updatedAt = createdAt
  let state: DynoState = 'starting'
  let stopped = false
  const ending = new EventEmitter()
  const ended = once(ending, 'end').then(([status]) => Number(status))
  const finish = (status: number) => ending.emit('end', status)
  const become = (next: DynoState, word: string = next) => {
    host.log.write('heroku', name, `State changed from ${state} to ${word}`)
    state = next
    updatedAt = new Date()
    host.changes.notify()
  }
  const timer =
    outcome === 'stuck' ? undefined : setTimeout(arrive, fate.bootMs ?? host.timing.simulatedBootMs)

  return {
    name,
    type,
    command,
    size,
    release,
    oneOff,
    createdAt,
    ended,
    id: randomUUID(),
    updatedAt: () => updatedAt,
    state: () => state,
    port: () => undefined,
    stopped: () => stopped,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      state = 'down'
      finish(0)
    },
    kill: () => {
      clearTimeout(timer)
      if (state === 'up' || state === 'starting') become('crashed')
      finish(137)
    },
  }

  function arrive(): void {
    become(outcome === 'up' ? 'up' : 'crashed')
    if (outcome === 'crashed') finish(1)
    if (!oneOff) return
    become('down', 'complete')
    finish(outcome === 'up' ? 0 : 1)
  }
}
