import type { RanMigration } from '../core/rollback/since.js'
import { codeOf } from './connect-errors.js'
import { plainName, qualified, type Table } from './identifiers.js'
import type { Session } from './session.js'

/**
 * When each migration that is applied ran, and in which release, oldest first: as the ledger has it, else as the
 * history table has it, which does not know the release. Releases are those of `app`: in a copy of another app's
 * database the ledger speaks of that one's. What a baseline recorded did not run and is left out.
 * The runs of another migrator's command stand under the command.
 */
export async function readRan(
  session: Session,
  history: Table,
  app: string | undefined,
): Promise<readonly RanMigration[]> {
  const recorded = await orNothing(async () => await readSteps(session, history, app))
  const names = new Set(recorded.map(({ name }) => name))
  const others = (await orNothing(async () => await readRows(session, history))).filter(
    ({ name }) => !names.has(name),
  )
  return [...recorded.filter(({ attempts }) => attempts > 0), ...others]
    .map(({ name, at, release }) => ({ name, at, release }))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

interface Row extends RanMigration {
  readonly attempts: number
}

async function readSteps(session: Session, history: Table, app: string | undefined): Promise<readonly Row[]> {
  const { rows } = await session.query<Row>(
    `SELECT DISTINCT ON (s.migration) s.migration AS name, s.finished_at AS at, s.attempts,
            CASE WHEN coalesce(r.app, $2) = $2 THEN r.release END AS release
     FROM release_phase.steps s LEFT JOIN release_phase.runs r ON r.id = s.run_id
     WHERE s.outcome = 'applied' AND s.history IN ($1, 'release_phase.command')
     ORDER BY s.migration, s.id DESC`,
    [plainName(history), app ?? ''],
  )
  return rows
}

// The column has no time zone: whoever wrote it wrote the time of the session's, which is the database's own.
async function readRows(session: Session, history: Table): Promise<readonly Row[]> {
  const { rows } = await session.query<Row>(
    `SELECT name, run_on AT TIME ZONE current_setting('TimeZone') AS at, NULL AS release, 1 AS attempts
     FROM ${qualified(history)}`,
  )
  return rows
}

async function orNothing<Fact>(read: () => Promise<readonly Fact[]>): Promise<readonly Fact[]> {
  try {
    return await read()
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return []
    throw error
  }
}
