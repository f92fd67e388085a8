import { randomUUID } from 'node:crypto'
import { createChanges, type Changes } from './changes.js'
import { startDyno, type Dyno, type DynoHost, type DynoPlan } from './dyno.js'
import { dynoEnvironment, type ReviewApp } from './environment.js'
import { createFormation, type Formation } from './formation.js'
import { createLog, type Log } from './log.js'
import { oneOffDynoName, type Generation } from './names.js'
import type { Orphanage } from './orphans.js'
import { createReleases, type Release, type Releases } from './release.js'
import { startSimulatedDyno, type SimulationScript } from './simulated.js'
import type { Slug } from './slug.js'
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
  /** Whether two release phases may run side by side; default overlap. */
  readonly releasePhases?: 'overlap' | 'queue'
  /** Over the local Heroku's own timing. */
  readonly timing?: Partial<Timing>
  /** Formation dynos without processes, whose states follow this script; one-off dynos are simulated too. */
  readonly simulate?: SimulationScript
  /** How many log lines are kept; default 1,500. */
  readonly logLines?: number
}

export interface OneOffWish {
  readonly type: 'release' | 'run'
  readonly command: string
  readonly release: Release
  readonly slug: Slug
  readonly size?: string
  readonly env?: Readonly<Record<string, string>>
  /** Stopped after so long. */
  readonly timeToLiveMs?: number
  onLine?(line: string): void
}

/** An app as the rest of the local Heroku sees it. */
export interface App {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly generation: Generation
  readonly createdAt: Date
  readonly reviewApp: ReviewApp | undefined
  readonly timing: Timing
  readonly log: Log
  readonly changes: Changes
  readonly formation: Formation
  readonly releases: Releases
  readonly settings: Settings
  /** The newest config vars, those of a failed release too. */
  configVars(): Readonly<Record<string, string>>
  /** The formation's dynos, then one-off and release dynos. */
  dynos(): readonly Dyno[]
  startOneOff(wish: OneOffWish): Dyno
  /** Restarts a formation dyno; stops a one-off or release dyno. */
  restart(dyno: Dyno): void
  close(): Promise<void>
}

/** What the API may change at any time. */
export interface Settings {
  maintenance: boolean
  preboot: boolean
  updatedAt: Date
}

/** Makes an app with the two releases that every new app on Heroku has. */
export function createApp(
  options: AppOptions,
  shared: { timing: Timing; orphanage: Orphanage; owner: string },
): App {
  const { name, generation = 'cedar', simulate } = options
  const id = randomUUID()
  const createdAt = new Date()
  const timing = { ...shared.timing, ...options.timing }
  const log = createLog(options.logLines)
  const changes = createChanges()
  const host: DynoHost = { timing, log, changes, orphanage: shared.orphanage }
  const settings: Settings = { maintenance: false, preboot: options.preboot ?? false, updatedAt: createdAt }
  const oneOffs = new Set<Dyno>()
  const starts = new Map<string, number>()

  const formation = createFormation({
    host,
    generation,
    preboot: () => settings.preboot,
    plan: ({ type, name: dynoName, size, release }) => plan({ type, name: dynoName, size, release }),
    start,
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
  const first = { slug: null, configVars: {}, user: shared.owner }
  releases.create({ ...first, description: 'Initial release' })
  releases.create({ ...first, configVars: options.configVars ?? {}, description: 'Enable Logplex' })

  return {
    id,
    name,
    generation,
    createdAt,
    timing,
    log,
    changes,
    formation,
    releases,
    settings,
    owner: shared.owner,
    reviewApp: options.reviewApp,
    configVars: () => releases.newest()?.configVars ?? {},
    dynos: () => [...formation.listed(), ...oneOffs],
    startOneOff,
    restart: (dyno) => {
      if (oneOffs.has(dyno)) void dyno.stop()
      else formation.restart([dyno])
    },
    close: async () => {
      await Promise.all([formation.close(), ...[...oneOffs].map(async (dyno) => await dyno.stop())])
    },
  }

  function start(planned: DynoPlan, place: string): Dyno {
    if (simulate === undefined) return startDyno(host, planned)
    const count = (starts.get(place) ?? 0) + 1
    starts.set(place, count)
    const { type, release } = planned
    const fate = simulate({ name: planned.name, type, releaseVersion: release.version, starts: count })
    return startSimulatedDyno(host, planned, fate)
  }

  function startOneOff(wish: OneOffWish): Dyno {
    const { type, command, release, slug, env } = wish
    const dynoName = oneOffDynoName(generation, type)
    const size = wish.size ?? 'Standard-1X'
    const onLine = (line: string) => wish.onLine?.(line)
    const dyno = start(plan({ type, name: dynoName, size, release, command, slug, env, onLine }), type)
    oneOffs.add(dyno)
    const timer =
      wish.timeToLiveMs === undefined ? undefined : setTimeout(() => void dyno.stop(), wish.timeToLiveMs)
    void dyno.ended.finally(() => {
      clearTimeout(timer)
      oneOffs.delete(dyno)
      changes.notify()
    })
    changes.notify()
    return dyno
  }

  function plan(dyno: {
    type: string
    name: string
    size: string
    release: Release
    slug?: Slug
    command?: string
    env?: Readonly<Record<string, string>> | undefined
    onLine?: ((line: string) => void) | undefined
  }): DynoPlan {
    const { release, env, onLine } = dyno
    const slug = dyno.slug ?? release.slug
    if (slug === null) throw new Error(`v${release.version} of ${name} has no slug to run.`)
    const app = { id, name, dynoMetadata: options.dynoMetadata ?? false, reviewApp: options.reviewApp }
    return {
      name: dyno.name,
      type: dyno.type,
      size: dyno.size,
      release: { id: release.id, version: release.version },
      command: dyno.command ?? slug.processTypes[dyno.type] ?? '',
      folder: slug.folder,
      environment: (given) =>
        dynoEnvironment({
          app,
          release,
          slug,
          dyno: { ...given, name: dyno.name },
          ...(env === undefined ? {} : { extra: env }),
        }),
      ...(onLine === undefined ? {} : { onLine }),
    }
  }

  async function runPhase(
    release: Release,
    command: string,
    onLine: (line: string) => void,
  ): Promise<number> {
    if (release.slug === null) return 0
    log.write('app', 'api', `Running release v${release.version} commands by user ${release.user}`)
    const dyno = startOneOff({ type: 'release', command, release, slug: release.slug, onLine })
    const timer = setTimeout(() => void dyno.stop(timing.releaseGraceMs), timing.releaseTimeoutMs)
    const status = await dyno.ended
    clearTimeout(timer)
    // Ended by the platform is failed, even for a command that traps SIGTERM and exits with 0.
    return dyno.stopped() ? status || 1 : status
  }
}
