import type { MaintenanceRecord, MaintenanceStage } from '../core/maintenance.js'
import { codeOf } from './connect-errors.js'
import type { Session } from './session.js'

/** What a release has closed and not opened yet; undefined where there is nothing of the kind, and no ledger. */
export async function readMaintenance(session: Session): Promise<MaintenanceRecord | undefined> {
  try {
    const { rows } = await session.query<MaintenanceRecord>(
      `SELECT app_id AS "appId", app, was_on AS "wasOn", in_release_phase AS "inReleasePhase", stage, stopped,
              release_version AS "releaseVersion", dyno, who, since FROM release_phase.maintenance`,
    )
    return rows[0]
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** Writes the record, in the place of the one that is there; `since` stays what it is. Call it under the lock. */
export async function rememberMaintenance(
  session: Session,
  record: Omit<MaintenanceRecord, 'since'>,
): Promise<void> {
  await session.query(
    `INSERT INTO release_phase.maintenance
       (app_id, app, was_on, in_release_phase, stage, stopped, release_version, dyno, who)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (one) DO UPDATE SET app_id = EXCLUDED.app_id, app = EXCLUDED.app, was_on = EXCLUDED.was_on,
       in_release_phase = EXCLUDED.in_release_phase, stage = EXCLUDED.stage, stopped = EXCLUDED.stopped,
       release_version = EXCLUDED.release_version, dyno = EXCLUDED.dyno, who = EXCLUDED.who`,
    [
      record.appId,
      record.app,
      record.wasOn,
      record.inReleasePhase,
      record.stage,
      JSON.stringify(record.stopped),
      record.releaseVersion,
      record.dyno,
      record.who,
    ],
  )
}

export async function setStage(session: Session, stage: MaintenanceStage): Promise<void> {
  await session.query('UPDATE release_phase.maintenance SET stage = $1', [stage])
}

/** Maintenance mode stays on when the release is done: somebody wants it so. */
export async function keepMaintenanceOn(session: Session): Promise<void> {
  await session.query('UPDATE release_phase.maintenance SET was_on = true')
}

export async function forgetMaintenance(session: Session): Promise<void> {
  await session.query('DELETE FROM release_phase.maintenance')
}

/** What the sessions of this role call themselves, but those of this command. */
export async function namesOfOwnSessions(session: Session): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `SELECT coalesce(nullif(application_name, ''), 'no name') AS name FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
       AND coalesce(backend_type, 'client backend') = 'client backend'
       AND coalesce(application_name, '') NOT LIKE 'release-phase%' ORDER BY backend_start`,
  )
  return rows.map(({ name }) => name)
}
