import { randomUUID } from 'node:crypto'
import type { Dyno, DynoHost, DynoPlan } from './dyno.js'
import { formationDynoName, type Generation } from './names.js'
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
  /** A new dyno in each place of the type, or in one dyno's place; the old ones get SIGTERM. */
  restart(dynos: readonly Dyno[]): void
  /** Replaces every dyno by one of this release, type by type. */
  roll(release: Release): void
  close(): Promise<void>
}

// The first deploy starts one web dyno and nothing else:
// https://devcenter.heroku.com/articles/procfile#deploying-to-heroku
const firstQuantity = (type: string) => (type === 'web' ? 1 : 0)
const notScalable = new Set(['release', 'run'])

/** Makes the formation of an app; it is empty until the first `roll`. */
export function createFormation(options: FormationOptions): Formation {
  const { host } = options
  const types = new Map<string, ProcessType>()
  const places = new Map<string, Dyno[]>()
  const stopping = new Set<Dyno>()
  let outgoing: { readonly dynos: readonly Dyno[]; readonly timer: NodeJS.Timeout } | undefined
  let current: Release | undefined
  let closed = false

  const dynosOf = (type: string) => places.get(type) ?? []
  return {
    types: () => [...types.values()],
    listed: () => [...places.values()].flat(),
    serving: () => outgoing?.dynos ?? dynosOf('web'),
    hidden: () => [...(outgoing?.dynos ?? []), ...stopping],
    scale: (type, to) => {
      const before = types.get(type)
      if (before === undefined) return undefined
      const after = {
        ...before,
        quantity: to.quantity ?? before.quantity,
        size: to.size ?? before.size,
        updatedAt: new Date(),
      }
      types.set(type, after)
      fill(after)
      if (after.size !== before.size) restart(dynosOf(type))
      host.changes.notify()
      return after
    },
    restart,
    roll: (release) => {
      if (closed) return
      current = release
      const commands = release.slug?.processTypes ?? {}
      for (const type of types.keys()) if (commands[type] === undefined) drop(type)
      for (const [type, command] of Object.entries(commands)) {
        if (!notScalable.has(type)) adopt(type, command)
      }
      for (const processType of types.values()) replaceType(processType)
      host.changes.notify()
    },
    close: async () => {
      closed = true
      switchOver()
      for (const dyno of [...places.values()].flat()) retire(dyno)
      places.clear()
      await Promise.all([...stopping].map(async (dyno) => await dyno.ended))
    },
  }

  function adopt(type: string, command: string): void {
    const now = new Date()
    const known = types.get(type)
    types.set(type, {
      id: known?.id ?? randomUUID(),
      type,
      command,
      quantity: known?.quantity ?? firstQuantity(type),
      size: known?.size ?? 'Standard-1X',
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
    })
  }

  function drop(type: string): void {
    types.delete(type)
    for (const dyno of dynosOf(type)) retire(dyno)
    places.delete(type)
  }

  function replaceType(processType: ProcessType): void {
    const old = dynosOf(processType.type)
    const keepServing = processType.type === 'web' && options.preboot() && serves(old)
    places.set(processType.type, [])
    fill(processType)
    if (keepServing) beginOverlap(old)
    else for (const dyno of old) retire(dyno)
  }

  // A second release during the overlap: those that serve go on serving, the ones in between never do.
  function serves(old: readonly Dyno[]): boolean {
    return outgoing !== undefined || old.some((dyno) => dyno.state() === 'up')
  }

  function beginOverlap(old: readonly Dyno[]): void {
    if (outgoing !== undefined) {
      clearTimeout(outgoing.timer)
      for (const dyno of old) retire(dyno)
    }
    const timer = setTimeout(switchOver, host.timing.prebootOverlapMs)
    outgoing = { dynos: outgoing?.dynos ?? old, timer }
  }

  function switchOver(): void {
    if (outgoing === undefined) return
    const { dynos, timer } = outgoing
    clearTimeout(timer)
    outgoing = undefined
    host.changes.notify()
    for (const dyno of dynos) retire(dyno)
  }

  function fill(processType: ProcessType): void {
    const dynos = [...dynosOf(processType.type)]
    for (const dyno of dynos.splice(processType.quantity)) retire(dyno)
    while (dynos.length < processType.quantity) dynos.push(startIn(processType, dynos.length + 1))
    places.set(processType.type, dynos)
  }

  function restart(dynos: readonly Dyno[]): void {
    for (const old of dynos) {
      const processType = types.get(old.type)
      const place = dynosOf(old.type).indexOf(old)
      if (processType === undefined || place === -1) continue
      host.log.write('heroku', old.name, 'Restarting')
      host.log.write('heroku', old.name, `State changed from ${old.state()} to starting`)
      places.set(old.type, dynosOf(old.type).with(place, startIn(processType, place + 1)))
      retire(old)
    }
    host.changes.notify()
  }

  function startIn(processType: ProcessType, index: number): Dyno {
    if (current === undefined) throw new Error('A formation without a release has no dynos to start.')
    const { type, size } = processType
    const name = formationDynoName(options.generation, type, index)
    return options.start(options.plan({ type, name, size, release: current }), `${type}.${index}`)
  }

  function retire(dyno: Dyno): void {
    stopping.add(dyno)
    void dyno.stop().finally(() => {
      stopping.delete(dyno)
      host.changes.notify()
    })
  }
}
