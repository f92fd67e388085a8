import { randomUUID } from 'node:crypto'
import { createCrashRestarts } from './crashes.js'
import { endDyno, type Dyno, type DynoHost, type DynoPlan } from './dyno.js'
import { formationDynoName, type Generation } from './names.js'
import { createOverlaps } from './preboot.js'
import type { Release } from './release.js'

/** How many dynos of a process type an app runs. */
export interface ProcessType {
  readonly id: string
  readonly type: string
  readonly command: string
  readonly quantity: number
  readonly size: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface FormationOptions {
  readonly host: DynoHost
  readonly generation: Generation
  preboot(): boolean
  plan(dyno: { type: string; name: string; size: string; release: Release }): DynoPlan
  /** `place` is the type and the index, whatever the dyno's name. */
  start(plan: DynoPlan, place: string): Dyno
}

/** The dynos that an app runs all the time, by process type. */
export interface Formation {
  types(): readonly ProcessType[]
  /** Undefined when the current release has no such process type. A new size restarts the type. */
  scale(
    type: string,
    to: { quantity?: number | undefined; size?: string | undefined },
  ): ProcessType | undefined
  /** What the dyno list shows: each place once, though its former dyno may still be stopping. */
  listed(): readonly Dyno[]
  /** The web dynos that get requests: under preboot the old ones, until the overlap is over. */
  serving(): readonly Dyno[]
  /** Replaced dynos that still run, shown nowhere: stopping, or serving out the preboot overlap. */
  hidden(): readonly Dyno[]
  /** Puts a new dyno in the place of each, at once; the old ones get SIGTERM. */
  restart(dynos: readonly Dyno[]): void
  /** Replaces every dyno by one of this release, type by type. */
  roll(release: Release): void
  close(): Promise<void>
}

// The first deploy starts one web dyno and nothing else:
// https://devcenter.heroku.com/articles/procfile#deploying-to-heroku
const firstQuantity = (type: string) => (type === 'web' ? 1 : 0)

const placeOf = (type: string, index: number) => `${type}.${index}`

/** Makes the formation of an app; it is empty until the first `roll`. */
export function createFormation(options: FormationOptions): Formation {
  const { host } = options
  const types = new Map<string, ProcessType>()
  const places = new Map<string, readonly Dyno[]>()
  const stopping = new Set<Dyno>()
  const overlaps = createOverlaps({
    retire,
    overlapMs: host.timing.prebootOverlapMs,
    onEnd: () => host.changes.notify(),
  })
  const crashes = createCrashRestarts({
    pausesMs: host.timing.crashPausesMs,
    renew: (dyno) => {
      if (renew(dyno)) host.changes.notify()
    },
  })
  let current: Release | undefined
  let closed = false

  const dynosOf = (type: string) => places.get(type) ?? []
  const listed = () => [...places.values()].flat()
  return {
    listed,
    restart,
    roll,
    types: () => [...types.values()],
    serving: () => dynosOf('web').map((dyno) => overlaps.servingFor(dyno)),
    hidden: () => [...overlaps.serving(), ...stopping],
    scale: (type, { quantity, size }) => {
      const before = types.get(type)
      if (before === undefined) return undefined
      const after = { ...before, updatedAt: new Date() }
      after.quantity = quantity ?? before.quantity
      after.size = size ?? before.size
      types.set(type, after)
      fill(after)
      if (after.size !== before.size) restart(dynosOf(type))
      host.changes.notify()
      return after
    },
    close: async () => {
      closed = true
      crashes.close()
      for (const type of places.keys()) drop(type)
      await Promise.all([...stopping].map(endDyno))
    },
  }

  function roll(release: Release): void {
    if (closed) return
    current = release
    const { release: _, ...commands } = release.slug?.processTypes ?? {}
    for (const type of types.keys()) if (commands[type] === undefined) drop(type)
    for (const [type, command] of Object.entries(commands)) {
      const processType = adopt(type, command)
      restart(dynosOf(type))
      fill(processType)
    }
    host.changes.notify()
  }

  function drop(type: string): void {
    types.delete(type)
    for (const dyno of dynosOf(type)) remove(dyno)
    places.delete(type)
  }

  function adopt(type: string, command: string): ProcessType {
    const now = new Date()
    const fresh = { id: randomUUID(), quantity: firstQuantity(type), size: 'Standard-1X', createdAt: now }
    const adopted = { ...fresh, ...types.get(type), type, command, updatedAt: now }
    types.set(type, adopted)
    return adopted
  }

  function fill(processType: ProcessType): void {
    const { type, quantity } = processType
    const dynos = dynosOf(type)
    const missing = Math.max(0, closed ? 0 : quantity - dynos.length)
    const added = Array.from({ length: missing }, (_, offset) =>
      startIn(processType, dynos.length + offset + 1),
    )
    places.set(type, [...dynos.slice(0, quantity), ...added])
    for (const dyno of dynos.slice(quantity)) remove(dyno)
  }

  function restart(dynos: readonly Dyno[]): void {
    for (const old of dynos) {
      const index = dynosOf(old.type).indexOf(old) + 1
      if (closed || index === 0) continue
      host.log.write('heroku', old.name, 'Restarting')
      crashes.forget(placeOf(old.type, index))
      renew(old)
    }
    host.changes.notify()
  }

  /** Puts a new dyno where this one stands; false where it stands nowhere any more. */
  function renew(old: Dyno): boolean {
    const processType = types.get(old.type)
    const index = dynosOf(old.type).indexOf(old) + 1
    if (closed || processType === undefined || index === 0) return false
    const fresh = startIn(processType, index, old)
    places.set(old.type, dynosOf(old.type).with(index - 1, fresh))
    replace(old, fresh)
    return true
  }

  function startIn(processType: ProcessType, index: number, before?: Dyno): Dyno {
    if (current === undefined) throw new Error('A formation without a release has no dynos to start.')
    const { type, size } = processType
    const name = formationDynoName(options.generation, type, index)
    host.log.write('heroku', name, `State changed from ${before?.state() ?? 'down'} to starting`)
    const place = placeOf(type, index)
    const dyno = options.start(options.plan({ type, name, size, release: current }), place)
    crashes.watch(dyno, place)
    return dyno
  }

  function replace(old: Dyno, fresh: Dyno): void {
    const serves = old.state() === 'up' || overlaps.servingFor(old) !== old
    if (old.type === 'web' && options.preboot() && serves) overlaps.begin(old, fresh)
    else remove(old)
  }

  function remove(dyno: Dyno): void {
    overlaps.end(dyno)
    retire(dyno)
  }

  function retire(dyno: Dyno): void {
    stopping.add(dyno)
    // A dyno gets no new request from here on; those on their way to it arrive before the SIGTERM.
    const lagMs = dyno.state() === 'up' && !closed ? host.timing.stopLagMs : 0
    const timer = setTimeout(() => void dyno.stop(), lagMs)
    void dyno.ended.finally(() => {
      clearTimeout(timer)
      stopping.delete(dyno)
      host.changes.notify()
    })
  }
}
