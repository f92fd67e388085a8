import { randomUUID } from 'node:crypto'
import { usageError } from '../core/errors.js'
import { createChanges, type Changes } from './changes.js'
import { planDyno } from './dyno-plan.js'
import { startDyno, type Dyno, type DynoHost, type DynoPlan } from './dyno.js'
import type { ReviewApp } from './environment.js'
import { createFormation, type Formation } from './formation.js'
import { createLog, type Log } from './log.js'
import { oneOffDynoName, type Generation } from './names.js'
import { createOneOffs } from './one-offs.js'
import type { Orphanage } from './process/orphans.js'
import { createReleases, type Release, type Releases } from './release.js'
import { startSimulatedDyno, type SimulationScript } from './simulated.js'
import type { Timing } from './timing.js'

/** What an app is made with. Everything but the name has a default. */
export interface AppOptions {
  readonly name: string
  /** Default cedar. */
  readonly generation?: Generation
  readonly configVars?: Readonly<Record<string, string>>
  /** The labs flag `runtime-dyno-metadata`; default off, as on Heroku. */
  readonly dynoMetadata?: boolean
  /** Default off. */
  readonly preboot?: boolean
  readonly reviewApp?: ReviewApp
  /** In a Private Space the routing proxy runs beside the web dynos; default off. */
  readonly privateSpace?: boolean
  /** Whether two release phases may run side by side; default overlap. */
  readonly releasePhases?: 'overlap' | 'queue'
  /** Over the local Heroku's own timing. */
  readonly timing?: Partial<Timing>
  /** Dynos without processes, whose states follow this script; release and one-off dynos too. */
  readonly simulate?: SimulationScript
  /** How many log lines are kept; default 1,500. */
  readonly logLines?: number
}

export interface OneOffWish {
  /** Default `run`. */
  readonly type?: string | undefined
  readonly command: string
  readonly size?: string | undefined
  /** For this dyno alone, over the config vars. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Stopped after so long. */
  readonly timeToLiveMs?: number | undefined
  onLine?(line: string): void
}

/** What the API may change at any time. */
export interface Settings {
  maintenance: boolean
  preboot: boolean
  /** The labs flag `runtime-dyno-metadata`; dynos that start later have what it gives. */
  dynoMetadata: boolean
  /** Where the router answers; empty until it listens. */
  webUrl: string
  updatedAt: Date
}

/** An app as the rest of the local Heroku sees it. */
export interface App {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly generation: Generation
  readonly inPrivateSpace: boolean
  readonly createdAt: Date
  readonly timing: Timing
  readonly log: Log
  readonly changes: Changes
  readonly formation: Formation
  readonly releases: Releases
  readonly settings: Settings
  /** Aborted when the app is closed. */
  readonly closing: AbortSignal
  /** Those of the current release: a change counts once its release phase has succeeded. */
  configVars(): Readonly<Record<string, string>>
  /** The formation's dynos, then one-off and release dynos. */
  dynos(): readonly Dyno[]
  /** Runs a command with the code of the current release; throws when there is none. */
  startOneOff(wish: OneOffWish): Dyno
  /** Restarts a formation dyno; stops a one-off or release dyno. */
  restart(dyno: Dyno): void
  close(): Promise<void>
}

/** Makes an app with the two releases that every new app on Heroku has. */
export function createApp(
  options: AppOptions,
  shared: { timing: Timing; orphanage: Orphanage; owner: string },
): App {
  const { name, generation = 'cedar', simulate } = options
  const { owner, orphanage } = shared
  const id = randomUUID()
  const createdAt = new Date()
  const timing = { ...shared.timing, ...options.timing }
  const log = createLog(options.logLines)
  const changes = createChanges()
  const host: DynoHost = { timing, log, changes, orphanage }
  const settings: Settings = {
    maintenance: false,
    preboot: options.preboot ?? false,
    dynoMetadata: options.dynoMetadata ?? false,
    webUrl: '',
    updatedAt: createdAt,
  }
  const closing = new AbortController()
  const starts = new Map<string, number>()
  const identity = () => ({ id, name, dynoMetadata: settings.dynoMetadata, reviewApp: options.reviewApp })

  const oneOffs = createOneOffs(changes, (plan) => start(plan, plan.type))
  const formation = createFormation({
    host,
    generation,
    start,
    preboot: () => settings.preboot,
    plan: (wish) => planDyno(identity(), wish),
  })
  const releases = createReleases({
    releasePhases: options.releasePhases ?? 'overlap',
    runPhase,
    onCreated: (release) => {
      log.write('app', 'api', `${release.description} by user ${release.user}`)
      log.write('app', 'api', `Release v${release.version} created by user ${release.user}`)
    },
    onCurrent: (release) => formation.roll(release),
    onSettled: () => changes.notify(),
  })
  releases.create({ slug: null, configVars: {}, user: owner, description: 'Initial release' })
  const configVars = options.configVars ?? {}
  releases.create({ slug: null, configVars, user: owner, description: 'Enable Logplex' })

  return {
    id,
    name,
    owner,
    generation,
    inPrivateSpace: options.privateSpace ?? false,
    createdAt,
    timing,
    log,
    changes,
    formation,
    releases,
    settings,
    closing: closing.signal,
    configVars: () => releases.current()?.configVars ?? {},
    dynos: () => [...formation.listed(), ...oneOffs.all()],
    startOneOff: (wish) => {
      const release = releases.current()
      if (release === undefined || release.slug === null || closing.signal.aborted) {
        throw usageError(`${name} has no code to run.`, { todo: ['Push to it first.'] })
      }
      return oneOff(release, wish)
    },
    restart: (dyno) => {
      if (oneOffs.all().includes(dyno)) void dyno.stop()
      else formation.restart([dyno])
    },
    close: async () => {
      closing.abort()
      await Promise.all([formation.close(), oneOffs.close()])
    },
  }

  function start(plan: DynoPlan, place: string): Dyno {
    if (simulate === undefined) return startDyno(host, plan)
    const count = (starts.get(place) ?? 0) + 1
    starts.set(place, count)
    const { type, release } = plan
    const fate = simulate({ name: plan.name, type, releaseVersion: release.version, starts: count })
    return startSimulatedDyno(host, plan, fate)
  }

  function oneOff(release: Release, wish: OneOffWish): Dyno {
    const { type = 'run', command, size = 'Standard-1X', env } = wish
    const taken = new Set(oneOffs.all().map((dyno) => dyno.name))
    let dynoName = oneOffDynoName(generation, type)
    while (taken.has(dynoName)) dynoName = oneOffDynoName(generation, type)
    const onLine = (line: string) => wish.onLine?.(line)
    const plan = planDyno(identity(), {
      type,
      name: dynoName,
      size,
      release,
      command,
      env,
      onLine,
      oneOff: true,
    })
    return oneOffs.start(plan, wish.timeToLiveMs)
  }

  async function runPhase(
    release: Release,
    command: string,
    onLine: (line: string) => void,
  ): Promise<number> {
    if (closing.signal.aborted) return 1
    log.write('app', 'api', `Running release v${release.version} commands by user ${release.user}`)
    const dyno = oneOff(release, { type: 'release', command, onLine })
    const timer = setTimeout(() => void dyno.stop(timing.releaseGraceMs), timing.releaseTimeoutMs)
    const status = await dyno.ended
    clearTimeout(timer)
    // Ended by the platform is failed, even for a command that traps SIGTERM and exits with 0.
    return dyno.stopped() ? status || 1 : status
  }
}
