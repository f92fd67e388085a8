import type { App, DatabaseIdentity, Owner } from '../core/ownership.js'
import type { Session } from './session.js'
import { codeOf } from './connect-errors.js'

/**
 * The ledger: the schema `release_phase` in the app's own database.
 * - `ledger`: one row, who owns the database and which physical database that was
 * - `runs`: every release that did something
 * - `steps`: every migration of a run; no foreign key, which would lock and rewrite the run's row each time
 * - `statements`: which statements are done of a migration outside a transaction, until it is recorded as a whole
 * - `seen`: per history table, which files the last complete run found applied; what makes "nothing to do" cheap
 * - `maintenance`: no row, or what a release has closed and stopped until it is opened again
 */
const tables = `
CREATE SCHEMA IF NOT EXISTS release_phase;
CREATE TABLE IF NOT EXISTS release_phase.ledger (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version int NOT NULL,
  owner_app text,
  owner_app_id text,
  cluster text,
  database_oid text NOT NULL,
  timeline int,
  address text,
  location text NOT NULL,
  owned_since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS release_phase.runs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  app text,
  release text,
  commit text,
  dyno text,
  who text,
  tool text NOT NULL,
  pid int NOT NULL,
  backend_start timestamptz NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'failed', 'interrupted')),
  lock_wait_ms int NOT NULL DEFAULT 0,
  applied int NOT NULL DEFAULT 0,
  error text
);
CREATE TABLE IF NOT EXISTS release_phase.steps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id bigint NOT NULL,
  history text NOT NULL,
  migration text NOT NULL,
  checksum text NOT NULL,
  in_transaction boolean NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('applied', 'failed', 'interrupted')),
  duration_ms int NOT NULL,
  lock_wait_ms int NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 1,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sqlstate text,
  error text
);
CREATE TABLE IF NOT EXISTS release_phase.statements (
  history text NOT NULL,
  migration text NOT NULL,
  place int NOT NULL,
  hash text NOT NULL,
  done boolean NOT NULL,
  run_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (history, migration, place)
);
CREATE TABLE IF NOT EXISTS release_phase.seen (
  history text PRIMARY KEY,
  fingerprint text NOT NULL,
  history_state text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS release_phase.maintenance (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  app_id text NOT NULL,
  app text NOT NULL,
  was_on boolean NOT NULL,
  in_release_phase boolean NOT NULL,
  stage text NOT NULL CHECK (stage IN ('closing', 'migrating', 'opening')),
  stopped jsonb NOT NULL,
  release_version int,
  dyno text,
  who text,
  since timestamptz NOT NULL DEFAULT now()
);`

/** Makes what is missing of the ledger. Call it while holding the release lock. */
export async function ensureLedger(session: Session): Promise<void> {
  const { rows } = await session.query<{ complete: boolean }>(
    `SELECT bool_and(to_regclass('release_phase.' || name) IS NOT NULL) AS complete
     FROM unnest(ARRAY['seen', 'statements', 'maintenance']) AS name`,
  )
  if (rows[0]?.complete === true) return
  await session.query(`SET client_min_messages = warning; BEGIN; ${tables} COMMIT; RESET client_min_messages`)
}

/** Which physical database this session is in. */
export async function readIdentity(session: Session): Promise<DatabaseIdentity> {
  const { rows } = await session.query<Omit<DatabaseIdentity, 'cluster' | 'timeline' | 'location'>>(
    `SELECT oid::text AS "databaseOid", host(inet_server_addr()) || ':' || inet_server_port() AS address
     FROM pg_database WHERE datname = current_database()`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the server does not list the database that it serves')
  return { ...row, ...(await readCluster(session)), location: session.target.location }
}

// Some providers keep pg_control_system() to superusers; the oid and the address must then do.
async function readCluster(session: Session): Promise<Pick<DatabaseIdentity, 'cluster' | 'timeline'>> {
  try {
    const { rows } = await session.query<Pick<DatabaseIdentity, 'cluster' | 'timeline'>>(
      `SELECT system_identifier::text AS cluster, timeline_id AS timeline
       FROM pg_control_system(), pg_control_checkpoint()`,
    )
    return rows[0] ?? { cluster: null, timeline: null }
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    return { cluster: null, timeline: null }
  }
}

/** Who owns the database, or undefined where there is no ledger. */
export async function readOwner(session: Session): Promise<Owner | undefined> {
  try {
    const { rows } = await session.query<DatabaseIdentity & { app: string | null; appId: string | null }>(
      `SELECT owner_app AS app, owner_app_id AS "appId", cluster, database_oid AS "databaseOid", timeline,
              address, location FROM release_phase.ledger`,
    )
    const [row] = rows
    if (row === undefined) return undefined
    const { app, appId, ...identity } = row
    return { app, appId, identity }
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** True when no user has put anything into the database; what extensions and the ledger brought does not count. */
export async function isEmpty(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ used: boolean }>(`
    SELECT EXISTS (
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND n.nspname NOT IN ('information_schema', 'release_phase') AND n.nspname !~ '^pg_'
        AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ) AS used`)
  return rows[0]?.used !== true
}

/**
 * Writes down whose the database is, and where. A run that does not know its app keeps the name that stands
 * there, unless the ledger came with a copy (`isCopy`): then the name is another app's.
 */
export async function writeOwner(
  session: Session,
  app: App,
  identity: DatabaseIdentity,
  isCopy: boolean,
): Promise<void> {
  const keep = isCopy ? 'EXCLUDED.owner_app' : 'coalesce(EXCLUDED.owner_app, ledger.owner_app)'
  const keepId = isCopy ? 'EXCLUDED.owner_app_id' : 'coalesce(EXCLUDED.owner_app_id, ledger.owner_app_id)'
  await session.query(
    `INSERT INTO release_phase.ledger (version, owner_app, owner_app_id, cluster, database_oid, timeline, address, location)
     VALUES (1, $1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (one) DO UPDATE SET owner_app = ${keep}, owner_app_id = ${keepId},
       cluster = EXCLUDED.cluster, database_oid = EXCLUDED.database_oid, timeline = EXCLUDED.timeline,
       address = EXCLUDED.address, location = EXCLUDED.location,
       owned_since = CASE WHEN ledger.owner_app IS DISTINCT FROM ${keep} THEN now() ELSE ledger.owned_since END`,
    [
      app.name ?? null,
      app.id ?? null,
      identity.cluster,
      identity.databaseOid,
      identity.timeline,
      identity.address,
      identity.location,
    ],
  )
}
