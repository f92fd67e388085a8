import { messageOf } from '../../core/errors.js'
import type { Finding } from '../../core/finding.js'
import { failureInStatement, shownPath } from '../../migrations/failure.js'
import type { LoadedMigration } from '../../migrations/load.js'
import { failureOf } from './apply.js'

/** A finding for a pending migration that does not run on the schema of the running code. */
export async function failureFinding(error: unknown, migration: LoadedMigration): Promise<Finding> {
  const file = shownPath(migration.file)
  const failed = failureOf(error)
  const said = failed === undefined ? messageOf(error) : await told(migration, failed)
  const line = Number(/:(\d+) failed/.exec(said)?.[1] ?? 1)
  return {
    file,
    line,
    statement: failed?.statement.sql.slice(0, 2000) ?? '',
    hazard: 'order',
    rule: 'proof-migration-fails',
    severity: 'error',
    table: undefined,
    message: `The migration fails on the schema of the running code: ${said.replace(/^.* failed: /, '')}`,
    why: 'It would fail in the release as well; what comes after it could not be tried.',
    instead: 'Mend the migration, or see that the schema it was tried on is the right one.',
    ...(failed === undefined ? {} : { sqlstate: failed.failure.sqlstate }),
  }
}

const told = async (migration: LoadedMigration, failed: NonNullable<ReturnType<typeof failureOf>>) =>
  (
    await failureInStatement(failed.statement, failed.failure, {
      file: migration.file,
      source: migration.source,
      state: '',
    })
  ).message
