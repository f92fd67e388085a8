import { configurationError, failedError, messageOf, ReleaseError } from '../core/errors.js'
import { nameCommand } from '../core/other-migrator.js'
import { makePlan } from '../core/plan.js'
import { troubleOf, type DatabaseFacts, type Known, type MigrationsStatus } from '../core/status.js'
import { listNames, toMigrationFiles } from '../migrations/discover.js'
import { codeOf } from '../postgres/connect-errors.js'
import { readHistory } from '../postgres/history.js'
import { plainName } from '../postgres/identifiers.js'
import { readOwner } from '../postgres/ledger.js'
import { readHolders } from '../postgres/lock.js'
import { readMaintenance } from '../postgres/maintenance.js'
import { open } from '../postgres/opening.js'
import type { Session } from '../postgres/session.js'
import { lookOnly, readMigratedAt, readRuns, readSessions } from '../postgres/status.js'
import { readOwnership } from './owning.js'
import { planRun, readFolder } from './planning.js'
import { lookAtDatabase } from './session.js'
import { appOf, historyTable, migrationFolder, type World } from './world.js'

const runsShown = 5

/**
 * What the database and the migration files say. A fact that the server refuses to this role, or that a file
 * stands in the way of, carries its error; rejects with a ReleaseError where there is no database to ask.
 */
export async function readDatabaseStatus(world: World): Promise<DatabaseFacts> {
  return await lookAtDatabase(world, async (session, ends) => {
    const question = { history: historyTable(world), fingerprint: undefined, app: appOf(world) }
    const { serverVersion } = await open(session, question)
    await lookOnly(session)
    const known = async <Fact>(read: () => Promise<Fact>): Promise<Known<Fact>> => {
      try {
        return await read()
      } catch (error) {
        if (session.lost() !== undefined || ends.aborted) throw error
        return { error: troubleOf(asRefusal(error)) }
      }
    }
    return {
      location: session.target.location,
      serverVersion,
      owner: await known(async () => ({
        app: (await readOwner(session))?.app ?? null,
        ownership: (await readOwnership(world, session)).ownership,
      })),
      migrations: await known(async () => await readMigrations(world, session)),
      holders: await known(async () => await readHolders(session, world.config.lockValue)),
      maintenance: await known(async () => ({ record: (await readMaintenance(session)) ?? null })),
      runs: await known(async () => await readRuns(session, runsShown)),
      migratedAt: await known(async () => await readMigratedAt(session)),
      sessions: await known(async () => await readSessions(session)),
    }
  })
}

function asRefusal(error: unknown): unknown {
  const sqlstate = codeOf(error)
  if (error instanceof ReleaseError || sqlstate === undefined) return error
  const sentence = `The database refuses to show it: ${messageOf(error)}.`
  return sqlstate === '42501'
    ? configurationError('database-permission', sentence, {
        todo: ['Ask with the credential that the release phase uses.'],
        sqlstate,
        cause: error,
      })
    : failedError('database-error', sentence, {
        todo: ['Run the command again in a moment.'],
        sqlstate,
        cause: error,
      })
}

async function readMigrations(world: World, session: Session): Promise<MigrationsStatus> {
  const table = historyTable(world)
  const history = plainName(table)
  const { migrateCommand } = world.config
  if (migrateCommand !== undefined) {
    const nothing = { applied: null, pending: null, ahead: [], drift: [], problem: undefined }
    return { history, ...nothing, migrator: nameCommand(migrateCommand) }
  }
  const applied = (await readHistory(session, table))?.length ?? null
  try {
    const folder = await readFolder(world, await listNames(migrationFolder(world)))
    const plan = await planRun(world, session, folder)
    const pending = plan.pending.map(({ name }) => name)
    return { history, applied, pending, ahead: plan.ahead, drift: plan.drift, problem: undefined }
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return { history, applied, ...(await byNames(world, session)), drift: [], problem: troubleOf(error) }
  }
}

const allowed = {
  changed: 'allow',
  deleted: 'allow',
  renamed: 'allow',
  order: 'allow',
  duplicate: 'allow',
  empty: 'allow',
} as const

/** What the names of the files alone can tell, where a file could not be read. */
async function byNames(world: World, session: Session): Promise<Pick<MigrationsStatus, 'pending' | 'ahead'>> {
  const folder = migrationFolder(world)
  try {
    const plan = makePlan({
      files: await toMigrationFiles(await listNames(folder), folder),
      history: (await readHistory(session, historyTable(world))) ?? [],
      policies: allowed,
      checksums: new Map(),
      recorded: new Map(),
    })
    return { pending: plan.pending.map(({ name }) => name), ahead: plan.ahead }
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return { pending: null, ahead: [] }
  }
}
