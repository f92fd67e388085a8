import { usageError } from '../core/errors.js'
import type { App, OneOffWish } from './app.js'
import { changeConfigVars, deploySlug, promote, rollBack, type ReleaseBy } from './deploy.js'
import type { Dyno } from './dyno.js'
import type { LogFilter, LogLine } from './log.js'
import {
  dynoResource,
  formationResource,
  releaseResource,
  type DynoResource,
  type FormationResource,
  type ReleaseResource,
} from './resources.js'
import type { Router } from './router/router.js'
import { readSlug } from './slug.js'
import { waitForDynos } from './wait-for-dynos.js'

export interface PushOptions extends ReleaseBy {
  readonly commit?: string
}

/** An app on the local Heroku, for tests and rehearsals. Every promise here ends when the app is closed. */
export interface LocalApp {
  readonly id: string
  readonly name: string
  /** Where the app answers: `http://127.0.0.1:PORT`. */
  readonly routerUrl: string
  readonly router: Router
  /** Deploys a folder with a Procfile; resolves when the release phase is over, `failed` is no rejection. */
  push(slugFolder: string, options?: PushOptions): Promise<ReleaseResource>
  /** Null removes. Resolves as `push` does; with undefined when nothing changed, for then there is no release. */
  setConfigVars(
    changes: Readonly<Record<string, string | null>>,
    options?: ReleaseBy,
  ): Promise<ReleaseResource | undefined>
  rollback(version: number, options?: ReleaseBy): Promise<ReleaseResource>
  /** Lets a release expire: it can be rolled back to no more. */
  expireRelease(version: number): void
  /** Releases this app's current code in another app. */
  promoteTo(app: LocalApp, options?: ReleaseBy): Promise<ReleaseResource>
  /**
   * Runs a command in a one-off dyno of the current release; resolves with what it printed when it ends.
   * `type` is `run` unless told; the Scheduler add-on's dynos are of type `scheduler`.
   */
  runOneOff(
    command: string,
    options?: Omit<OneOffWish, 'command' | 'onLine'>,
  ): Promise<{ readonly status: number; readonly output: readonly string[]; readonly name: string }>
  scale(type: string, quantity: number, size?: string): void
  /** What the dyno list shows. */
  dynos(): readonly DynoResource[]
  /** Replaced dynos whose processes still run; no list on Heroku shows them. */
  hiddenDynos(): readonly DynoResource[]
  /** The web dynos that get requests: with preboot the old ones, until the overlap is over. */
  servingDynos(): readonly DynoResource[]
  releases(): readonly ReleaseResource[]
  /** What the release phase of a version printed so far. */
  releaseOutput(version: number): readonly string[]
  configVars(): Readonly<Record<string, string>>
  logs(filter?: LogFilter): readonly LogLine[]
  /** Writes a line into the log, as if a dyno, or a part of the platform, had. */
  writeLog(source: LogLine['source'], dyno: string, text: string): void
  /** Calls back for each new log line; returns the function that ends it. */
  followLogs(listener: (line: LogLine) => void): () => void
  /** Calls back whenever a dyno or a release may have changed; returns the function that ends it. */
  followChanges(listener: () => void): () => void
  /** Each process type and how many dynos it should have. */
  formation(): readonly FormationResource[]
  /** Whether maintenance mode is on. */
  maintenance(): boolean
  setMaintenance(on: boolean): void
  setPreboot(on: boolean): void
  /** Kills a dyno's processes, as running out of memory would. */
  crash(dynoName: string): void
  /** Resolves when every dyno of the formation is up on the current release; throws when one crashed. */
  waitForDynos(deadlineMs?: number): Promise<void>
  close(): Promise<void>
}

/** Shows an app as a `LocalApp`. `find` gives the app behind another one. */
export function presentApp(
  app: App,
  router: Router,
  base: () => string,
  find: (id: string) => App | undefined,
): LocalApp {
  const show = (dyno: Dyno) => dynoResource(app, dyno)
  const showRelease = async (started: ReturnType<typeof deploySlug>) =>
    releaseResource(app, await started.settled, base)
  return {
    id: app.id,
    name: app.name,
    routerUrl: router.url,
    router,
    push: async (folder, options = {}) =>
      await showRelease(deploySlug(app, readSlug(folder, options), options)),
    setConfigVars: async (changes, options = {}) => {
      const started = changeConfigVars(app, changes, options)
      return started === undefined ? undefined : await showRelease(started)
    },
    rollback: async (version, options = {}) => {
      const to = app.releases.find(String(version))
      if (to === undefined) throw usageError(`${app.name} has no release v${version}.`)
      return await showRelease(rollBack(app, to, options))
    },
    expireRelease: (version) => {
      const release = app.releases.find(String(version))
      if (release === undefined) throw usageError(`${app.name} has no release v${version}.`)
      app.releases.expire(release)
    },
    promoteTo: async (other, options = {}) => {
      const target = find(other.id)
      if (target === undefined) throw usageError(`${other.name} is not an app of this local Heroku.`)
      const settled = await promote(app, target, options).settled
      return releaseResource(target, settled, base)
    },
    runOneOff: async (command, options = {}) => {
      const output: string[] = []
      const dyno = app.startOneOff({ ...options, command, onLine: (line) => output.push(line) })
      return { name: dyno.name, status: await dyno.ended, output }
    },
    scale: (type, quantity, size) => {
      if (app.formation.scale(type, { quantity, size }) !== undefined) return
      throw usageError(`${app.name} has no process type ${type} in its current release.`)
    },
    dynos: () => app.dynos().map(show),
    hiddenDynos: () => app.formation.hidden().map(show),
    servingDynos: () => app.formation.serving().map(show),
    releases: () => app.releases.all().map((release) => releaseResource(app, release, base)),
    releaseOutput: (version) => {
      const output = app.releases.find(String(version))?.output
      return output === undefined ? [] : output.lines()
    },
    configVars: () => app.configVars(),
    logs: (filter) => app.log.lines(filter),
    writeLog: (source, dyno, text) => app.log.write(source, dyno, text),
    followLogs: (listener) => app.log.follow(listener),
    followChanges: (listener) => app.changes.subscribe(listener),
    formation: () => app.formation.types().map((type) => formationResource(app, type)),
    maintenance: () => app.settings.maintenance,
    setMaintenance: (on) => {
      app.settings.maintenance = on
    },
    setPreboot: (on) => {
      app.settings.preboot = on
    },
    crash: (dynoName) => {
      const dyno = app.dynos().find((each) => each.name === dynoName)
      if (dyno === undefined) throw usageError(`${app.name} has no dyno ${dynoName}.`)
      dyno.kill()
    },
    waitForDynos: async (deadlineMs = 30_000) => await waitForDynos(app, deadlineMs),
    close: async () => {
      await Promise.all([app.close(), router.close()])
    },
  }
}
