import type { Config } from '../config/load.js'
import type { Log } from '../core/log.js'
import type { App } from '../core/ownership.js'
import type { Environment } from '../core/sources.js'
import type { Surroundings } from '../heroku/environment.js'
import type { MigrationFolder } from '../migrations/discover.js'
import { identifier, type Table } from '../postgres/identifiers.js'
import { connect, type Session } from '../postgres/session.js'
import { readDatabaseUrl, type Target } from '../postgres/url.js'

/** Everything of the outside that the story needs, handed in once. */
export interface World {
  readonly config: Config
  readonly surroundings: Surroundings
  /** What a command of another migrator finds in its environment. */
  readonly environment: Environment
  readonly log: Log
  /** Takes secrets out of what is kept in the ledger. */
  readonly redact: (text: string) => string
  /** Aborts when the run must end: a signal, or the caller's wish. */
  readonly signal: AbortSignal
  /** Name and version of this program. */
  readonly tool: string
  /** How long is left until the deadline, once that runs. */
  readonly leftMs?: () => number
}

/** The app, as far as it is known: `--app` takes an app's id in place of its name, as Heroku's own command does. */
export const appOf = ({ config, surroundings }: World): App => {
  const id = uuid.test(config.app ?? '') ? config.app : undefined
  return {
    name: id === undefined ? (config.app ?? surroundings.reviewAppName) : surroundings.reviewAppName,
    id: id ?? surroundings.appId,
  }
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

export const historyTable = ({ config }: World): Table => ({
  schema: config.migrationsSchema ?? config.schema[0] ?? 'public',
  name: config.migrationsTable,
})

export const searchPath = ({ config }: World): string => config.schema.map(identifier).join(', ')

export const migrationFolder = ({ config }: World): MigrationFolder => ({
  dir: config.migrationsDir,
  useGlob: config.useGlob,
  ignorePattern: config.ignorePattern,
  root: config.folder,
})

/** The database that the settings name. Throws 78 where they name none. */
export const targetOf = ({ config }: World): Target =>
  readDatabaseUrl(config.databaseUrl, {
    source: config.databaseUrl === undefined ? 'DATABASE_URL' : config.sources.databaseUrl,
    ssl: config.databaseSsl,
    caPath: config.databaseCa,
  })

const reviewAppWaitMs = 60_000

/** Connects to the target, waiting longer in a review app, whose database is often still being made. */
export async function connectTo(world: World, target: Target): Promise<Session> {
  const { config, surroundings, log, signal } = world
  const { name } = appOf(world)
  const who = [name, surroundings.release, surroundings.dyno].filter(Boolean).join(' ')
  const waitMs =
    surroundings.reviewApp === undefined
      ? config.connectWaitMs
      : Math.max(config.connectWaitMs, reviewAppWaitMs)
  return await connect(target, {
    applicationName: `release-phase ${who}`.trim().slice(0, 63),
    waitMs,
    signal,
    onWait: (reason) => log.warn('connect', `${reason} Trying again for ${Math.round(waitMs / 1000)} s.`),
  })
}

/** Who releases, for the ledger. */
export const runFacts = (world: World) => ({
  app: appOf(world).name,
  release: world.surroundings.release,
  commit: world.surroundings.commit,
  dyno: world.surroundings.dyno,
  who: world.surroundings.who,
  tool: world.tool,
})

/** Schemas that the settings say are to be made where they are missing. */
export const schemasToCreate = (world: World): readonly string[] => [
  ...(world.config.createSchema ? world.config.schema : []),
  ...(world.config.createMigrationsSchema ? [historyTable(world).schema] : []),
]
