import { loadConfig } from './config/load.js'
import { configurationError } from './core/errors.js'
import type { Forecast } from './core/forecast.js'
import { silentLog, type Log } from './core/log.js'
import type { MigrateOutcome } from './core/outcome.js'
import type { Status } from './core/status.js'
import { createRedactor } from './core/redact.js'
import type { Environment, Flags } from './core/sources.js'
import { readSurroundings } from './heroku/environment.js'
import type { RestartReport } from './heroku/restart/report.js'
import { migrate as tellStory } from './release.js'
import { foresee } from './story/looking.js'
import { restartWished } from './story/restart-wish.js'
import { readStatus } from './story/status.js'
import type { World } from './story/world.js'
import { secretsIn } from './terminal/secrets.js'
import { workingFolder } from './terminal/working-folder.js'
import { version } from './version.js'

/** What every function of the library is given. Nothing is read from the process itself. */
export interface ReleaseOptions {
  /** Usually `process.env`. */
  readonly environment: Environment
  /** The app's folder; relative paths and the configuration file are looked up there. Default: the working folder. */
  readonly folder?: string
  /** Settings as the command line has them, without the dashes: `{ 'lock-wait': '30s', 'check-order': false }`. */
  readonly flags?: Flags
  /** Path of the configuration file, like `--config`. */
  readonly configPath?: string
  /** Where the story is told; silent by default. */
  readonly log?: Log
  /** Ends the run in order: the running statement is cancelled, the migration rolled back, the lock released. */
  readonly signal?: AbortSignal
}

/**
 * Migrates, and restarts where that is right, as `release migrate` does. Resolves with what was done; rejects
 * with a ReleaseError that carries a `code`, an exit code and what to do.
 */
export async function migrate(
  options: ReleaseOptions & { readonly adopt?: boolean },
): Promise<MigrateOutcome> {
  return await tellStory(await worldOf(options), { adopt: options.adopt })
}

/** What `migrate` would do now, touching nothing. Rejects with a ReleaseError. */
export async function plan(options: ReleaseOptions): Promise<Forecast> {
  return await foresee(await worldOf(options))
}

/**
 * What the database and the platform say, side by side; where one is out of reach, its error stands in its
 * place. Changes nothing. Rejects only when it is stopped.
 */
export async function status(options: ReleaseOptions): Promise<Status> {
  return await readStatus(await worldOf(options))
}

/** Which dynos are to be restarted; all of the formation where nothing is said, and all that is said must hold. */
export interface RestartChoice {
  readonly types?: readonly string[]
  /** Names of dynos. */
  readonly dynos?: readonly string[]
  /** Those that were started before this moment, and those that are down. */
  readonly olderThan?: Date
  /** Those that were started before the last migration finished, which the database is asked for. */
  readonly stuck?: boolean
}

/**
 * Restarts dynos batch by batch, each verified before the next. Needs an app and a token. Rejects with a
 * ReleaseError.
 */
export async function restart(options: ReleaseOptions & RestartChoice): Promise<RestartReport> {
  const world = await worldOf(options)
  if (world.config.app === undefined) {
    throw configurationError('app-missing', 'Which app is to be restarted is not known.', {
      todo: ['Set HEROKU_APP_NAME in the environment, or flags: { app: NAME }.'],
    })
  }
  const { types, dynos, olderThan, stuck } = options
  return await restartWished(world, world.config.app, { types, dynos, olderThan, stuck })
}

async function worldOf(options: ReleaseOptions): Promise<World> {
  const { environment, folder = workingFolder(), flags = {}, configPath } = options
  return {
    config: await loadConfig({ flags, environment, folder, configPath }),
    surroundings: readSurroundings(environment),
    environment,
    log: options.log ?? silentLog,
    redact: createRedactor(secretsIn(environment)),
    signal: options.signal ?? new AbortController().signal,
    tool: `release-phase ${version}`,
  }
}
