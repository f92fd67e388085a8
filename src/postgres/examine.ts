import type { Table } from './identifiers.js'
import type { Session } from './session.js'

export interface Capacity {
  readonly maxConnections: number
  /** Kept for superusers and the like. */
  readonly reserved: number
  readonly used: number
  /** -1: no limit of its own; so too below. */
  readonly roleLimit: number
  readonly roleUsed: number
  readonly databaseLimit: number
  readonly databaseUsed: number
}

/**
 * How many connections the server, the role and the database allow, and how many are taken, this one among
 * them. Of other roles' sessions every role may see the database and the user, and no more is asked.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-MAX-CONNECTIONS
 */
export async function readCapacity(session: Session): Promise<Capacity | undefined> {
  const { rows } = await session.query<Capacity>(`
    SELECT current_setting('max_connections')::int AS "maxConnections",
           current_setting('superuser_reserved_connections')::int
             + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
           count(*) FILTER (WHERE a.datid IS NOT NULL)::int AS used,
           r.rolconnlimit AS "roleLimit",
           count(*) FILTER (WHERE a.usesysid = r.oid)::int AS "roleUsed",
           d.datconnlimit AS "databaseLimit",
           count(*) FILTER (WHERE a.datid = d.oid)::int AS "databaseUsed"
    FROM pg_stat_activity a
    CROSS JOIN (SELECT oid, rolconnlimit FROM pg_roles WHERE rolname = session_user) r
    CROSS JOIN (SELECT oid, datconnlimit FROM pg_database WHERE datname = current_database()) d
    GROUP BY r.rolconnlimit, d.datconnlimit`)
  return rows[0]
}

/** The TLS version of this connection, or undefined where it is in the clear. */
export async function readTls(session: Session): Promise<string | undefined> {
  const { rows } = await session.query<{ version: string | null }>(
    'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl',
  )
  return rows[0]?.version ?? undefined
}

/** A setting that ends what takes too long. */
export interface TimeLimit {
  readonly name: string
  readonly limitMs: number
}

/**
 * Limits on time that the role, the database or the server sets; what this session set for itself does not
 * count. https://www.postgresql.org/docs/current/view-pg-settings.html
 */
export async function readTimeLimits(session: Session): Promise<readonly TimeLimit[]> {
  const { rows } = await session.query<TimeLimit>(`
    SELECT name, reset_val::float8 AS "limitMs" FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_session_timeout',
                   'idle_in_transaction_session_timeout') AND reset_val <> '0' ORDER BY name`)
  return rows
}

/** Whether the role or the database makes every transaction read-only; this session's own word does not count. */
export async function isReadOnly(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ on: boolean }>(
    `SELECT reset_val = 'on' AS on FROM pg_settings WHERE name = 'default_transaction_read_only'`,
  )
  return rows[0]?.on === true
}

export interface Rights {
  readonly createOnDatabase: boolean
  readonly ledgerThere: boolean
  /** Read and write every table of the ledger. */
  readonly useLedger: boolean
  readonly historySchemaThere: boolean
  readonly createInHistorySchema: boolean
  /** Null: there is no history table yet. */
  readonly useHistory: boolean | null
}

/**
 * What this role may do with the ledger and the history.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS
 */
export async function readRights(session: Session, history: Table): Promise<Rights | undefined> {
  const { rows } = await session.query<Rights>(
    `SELECT has_database_privilege(current_database(), 'CREATE') AS "createOnDatabase",
            l.oid IS NOT NULL AS "ledgerThere",
            coalesce(has_schema_privilege(l.oid, 'USAGE'), false)
              AND coalesce((SELECT bool_and(${may('c.oid', 'SELECT', 'INSERT', 'UPDATE')})
                            FROM pg_class c WHERE c.relnamespace = l.oid AND c.relkind = 'r'), false) AS "useLedger",
            h.oid IS NOT NULL AS "historySchemaThere",
            coalesce(has_schema_privilege(h.oid, 'CREATE'), false) AS "createInHistorySchema",
            (SELECT has_schema_privilege(h.oid, 'USAGE') AND ${may('c.oid', 'SELECT', 'INSERT')}
             FROM pg_class c WHERE c.relnamespace = h.oid AND c.relname = $2 AND c.relkind IN ('r', 'p')) AS "useHistory"
     FROM (SELECT) one
     LEFT JOIN pg_namespace l ON l.nspname = 'release_phase'
     LEFT JOIN pg_namespace h ON h.nspname = $1`,
    [history.schema, history.name],
  )
  return rows[0]
}

// A list of privileges in one call would ask for any of them.
const may = (oid: string, ...privileges: readonly string[]) =>
  privileges.map((privilege) => `has_table_privilege(${oid}, '${privilege}')`).join(' AND ')
