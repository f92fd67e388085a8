import { judgeDynos, type JudgedDyno } from '../core/dyno-verdict.js'
import { exitCodes, type ExitCode } from '../core/exit-codes.js'
import { judgeSessions } from '../core/session-owner.js'
import {
  isUnknown,
  troubleOf,
  type DatabaseFacts,
  type DatabaseStatus,
  type Known,
  type Status,
} from '../core/status.js'
import { readDatabaseStatus } from './status-database.js'
import { createPlatformReader, type PlatformFacts } from './status-platform.js'
import type { World } from './world.js'

/**
 * Looks at the database and at the platform, side by side; where one is out of reach, its error stands in
 * its place. Changes nothing. Rejects only when it is stopped by a signal.
 */
export async function readStatus(world: World): Promise<Status> {
  return await createStatusReader(world)()
}

/** The same for those who look again and again: the platform is then asked for less. */
export function createStatusReader(world: World): () => Promise<Status> {
  const readPlatform = createPlatformReader(world)
  return async () => {
    const [database, facts] = await Promise.all([
      readDatabaseStatus(world).catch(asUnknown),
      readPlatform().catch(asUnknown),
    ])
    world.signal.throwIfAborted()
    const dynos = isUnknown(facts) ? undefined : judge(facts, database)
    return {
      app: world.config.app,
      at: new Date(),
      database: withSessions(database, dynos),
      platform: isUnknown(facts) ? facts : { ...facts.platform, dynos: dynos ?? [] },
    }
  }
}

/** Done when at least one side could be read; else the exit code of the database's error. */
export function exitCodeOf({ database, platform }: Status): ExitCode {
  return isUnknown(database) && isUnknown(platform) ? database.error.exitCode : exitCodes.done
}

const asUnknown = (error: unknown) => ({ error: troubleOf(error) })

function judge({ platform, dynos }: PlatformFacts, database: Known<DatabaseFacts>): readonly JudgedDyno[] {
  const migrated = lastMigration(database)
  return judgeDynos({
    dynos,
    formation: platform.formation,
    numbered: platform.generation !== 'fir',
    currentVersion: platform.current?.version,
    migratedAt: migrated?.at ?? undefined,
    migratedBy: migrated?.dyno == null ? [] : [migrated.dyno],
  })
}

function withSessions(
  database: Known<DatabaseFacts>,
  dynos: readonly JudgedDyno[] | undefined,
): Known<DatabaseStatus> {
  if (isUnknown(database)) return database
  const { sessions } = database
  if (isUnknown(sessions)) return { ...database, sessions }
  return {
    ...database,
    sessions: judgeSessions(sessions, { migratedAt: lastMigration(database)?.at, dynos }),
  }
}

function lastMigration(database: Known<DatabaseFacts>) {
  if (isUnknown(database) || isUnknown(database.migratedAt)) return undefined
  return database.migratedAt
}
