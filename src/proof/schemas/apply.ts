import { ApplyError, applyMigration } from '../../migrations/apply.js'
import { asDatabaseFailure, StatementError, type DatabaseFailure } from '../../migrations/failure.js'
import type { LoadedMigration } from '../../migrations/load.js'
import { ensureHistory } from '../../postgres/history.js'
import { identifier, literal, qualified } from '../../postgres/identifiers.js'
import type { Session } from '../../postgres/session.js'
import { historyTable, searchPath, type World } from '../../story/world.js'

/** Makes the schemas that the settings name and the history table: what a migration may count on. */
export async function prepareSchema(world: World, session: Session): Promise<void> {
  await ensureHistory(session, historyTable(world), [...world.config.schema, historyTable(world).schema])
}

/**
 * Applies one migration as a release does, with its record in the history, on a scratch database. Rejects as
 * `applyMigration` does. With `makeRoles`, roles that the migration names and the server lacks are made.
 */
export async function applyTo(
  world: World,
  session: Session,
  migration: LoadedMigration,
  { makeRoles }: { readonly makeRoles: boolean },
): Promise<void> {
  const { name } = migration.file
  const record = `INSERT INTO ${qualified(historyTable(world))} (name, run_on) VALUES (${literal(name)}, now())`
  const attempt = async () =>
    await applyMigration(migration, {
      connection: session,
      searchPath: searchPath(world),
      decamelize: world.config.decamelize,
      lockTimeoutMs: 10_000,
      lockRetryMs: 0,
      signal: world.signal,
      record: () => record,
      onLockTimeout: nothing,
      patiently: async (_, work) => await work(),
      keepLock: nothing,
      keeping: { read: async () => await Promise.resolve([]), keepSql: empty, forgetSql: empty },
      onWarn: () => undefined,
      onOwnCommit: () => undefined,
    })
  for (const made = new Set<string>(); ;) {
    try {
      await attempt()
      return
    } catch (error) {
      const role = missingRole(error)
      if (!makeRoles || role === undefined || made.has(role)) throw error
      made.add(role)
      await session.query(`CREATE ROLE ${identifier(role)}`)
    }
  }
}

const nothing = async () => await Promise.resolve()
// Nobody goes on with a scratch database.
const empty = () => 'SELECT 1'

/** What the server said of a failed migration, with the statement that failed. */
export function failureOf(error: unknown):
  | {
      readonly failure: DatabaseFailure
      readonly statement: StatementError
    }
  | undefined {
  const cause = error instanceof ApplyError ? error.cause : error
  if (!(cause instanceof StatementError)) return undefined
  const failure = asDatabaseFailure(cause.cause)
  return failure === undefined ? undefined : { failure, statement: cause }
}

// Undefined object. https://www.postgresql.org/docs/current/errcodes-appendix.html
function missingRole(error: unknown): string | undefined {
  const failure = failureOf(error)?.failure
  return failure?.sqlstate === '42704' ? /^role "(.+)" does not exist$/.exec(failure.message)?.[1] : undefined
}
