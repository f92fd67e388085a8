import { judgeDynos } from '../core/dyno-verdict.js'
import { exitCodes, type ExitCode } from '../core/exit-codes.js'
import { isUnknown, troubleOf, type DatabaseStatus, type Known, type Status } from '../core/status.js'
import { readDatabaseStatus } from './status-database.js'
import { readPlatformFacts, type PlatformFacts } from './status-platform.js'
import type { World } from './world.js'

/**
 * Looks at the database and at the platform, side by side; where one is out of reach, its error stands in
 * its place. Changes nothing. Rejects only when it is stopped by a signal.
 */
export async function readStatus(world: World): Promise<Status> {
  const [database, facts] = await Promise.all([
    readDatabaseStatus(world).catch(asUnknown),
    readPlatformFacts(world).catch(asUnknown),
  ])
  world.signal.throwIfAborted()
  return {
    app: world.config.app,
    at: new Date(),
    database,
    platform: isUnknown(facts) ? facts : { ...facts.platform, dynos: judge(facts, database) },
  }
}

/** Done when at least one side could be read; else the exit code of the database's error. */
export function exitCodeOf({ database, platform }: Status): ExitCode {
  return isUnknown(database) && isUnknown(platform) ? database.error.exitCode : exitCodes.done
}

const asUnknown = (error: unknown) => ({ error: troubleOf(error) })

function judge({ platform, dynos }: PlatformFacts, database: Known<DatabaseStatus>) {
  const migrated = isUnknown(database) ? database : database.migratedAt
  return judgeDynos({
    dynos,
    formation: platform.formation,
    numbered: platform.generation !== 'fir',
    currentVersion: platform.current?.version,
    migratedAt: isUnknown(migrated) ? undefined : (migrated.at ?? undefined),
  })
}
