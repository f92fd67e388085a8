import { configurationError, messageOf, usageError } from '../core/errors.js'
import { codeOf } from './connect-errors.js'
import { identifier, literal, qualified } from './identifiers.js'
import type { Session } from './session.js'

/** What pg_stat_statements knows of one role in this database. */
export interface QueryStatistics {
  readonly role: string
  /** Normalized texts, those that were sent most often first. */
  readonly queries: readonly { readonly text: string; readonly calls: number }[]
  /** Queries whose text this session may not see. */
  readonly hidden: number
  /** How often the server has dropped the queries that were sent least, since it counts; before 14 it does not tell. */
  readonly dropped: number | undefined
}

/**
 * Reads the queries that a role has sent to this database, in a transaction that is read-only. Throws 78 where the
 * extension is missing, not loaded, or hides the texts, and 64 for a role that does not exist.
 * https://www.postgresql.org/docs/current/pgstatstatements.html
 */
export async function readQueryStatistics(
  session: Session,
  roleName: string | undefined,
): Promise<QueryStatistics> {
  try {
    await session.query("BEGIN READ ONLY; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '30s'")
    const place = await findExtension(session)
    const role = await findRole(session, roleName)
    const { rows } = await session.query<{ query: string; calls: number; rows: number; hidden: boolean }>(`
      SELECT query, sum(calls)::float8 AS calls, count(*)::int AS rows, query = '<insufficient privilege>' AS hidden
      FROM ${place.view}
      WHERE query IS NOT NULL AND userid = ${role.oid} AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ${place.columns.includes('toplevel') ? 'AND toplevel' : ''}
      GROUP BY query ORDER BY calls DESC, query`)
    const dropped = await readDropped(session, place)
    const queries = rows.filter(({ hidden }) => !hidden)
    if (queries.length === 0 && rows.length > 0) throw hiddenError(session, `the queries of ${role.name}`)
    return {
      role: role.name,
      queries: queries.map(({ query, calls }) => ({ text: query, calls })),
      hidden: rows.find(({ hidden }) => hidden)?.rows ?? 0,
      dropped,
    }
  } catch (error) {
    if (codeOf(error) === '55000') throw notLoaded(error)
    if (codeOf(error) === '42501') throw hiddenError(session, `the queries: ${messageOf(error)}`, error)
    throw error
  } finally {
    await session.query('ROLLBACK').catch(() => undefined)
  }
}

interface Place {
  readonly view: string
  /** An extension that was made by an older server has fewer. */
  readonly columns: readonly string[]
  readonly schema: string
}

async function findExtension(session: Session): Promise<Place> {
  const { rows } = await session.query<{ schema: string; columns: string[] }>(`
    SELECT n.nspname AS schema, to_json(ARRAY(SELECT a.attname::text FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = n.oid AND c.relname = 'pg_stat_statements' AND a.attnum > 0)) AS columns
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`)
  const [found] = rows
  if (found === undefined) {
    throw configurationError(
      'query-statistics-missing',
      'This database does not have the extension pg_stat_statements, which counts the queries.',
      {
        todo: [
          "Make it once: heroku pg:psql -c 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements'. It counts from then on.",
          'Or record the queries of the app: docs/queries.md.',
        ],
      },
    )
  }
  const { schema, columns } = found
  return { view: qualified({ schema, name: 'pg_stat_statements' }), columns, schema }
}

async function findRole(session: Session, name: string | undefined): Promise<{ oid: string; name: string }> {
  const wanted = name === undefined ? 'current_user' : literal(name)
  const { rows } = await session.query<{ oid: string; name: string }>(
    `SELECT oid::int8::text AS oid, rolname AS name FROM pg_roles WHERE rolname = ${wanted}`,
  )
  const [role] = rows
  if (role !== undefined) return role
  throw usageError(`There is no role ${name ?? ''} on this server.`, {
    todo: ['Leave --role out for the role of DATABASE_URL, which is the app’s own on Heroku.'],
  })
}

/** https://www.postgresql.org/docs/current/pgstatstatements.html#PGSTATSTATEMENTS-PG-STAT-STATEMENTS-INFO */
async function readDropped(session: Session, { schema }: Place): Promise<number | undefined> {
  const view = `${identifier(schema)}.pg_stat_statements_info`
  const { rows } = await session.query<{ there: boolean }>(
    `SELECT to_regclass(${literal(view)}) IS NOT NULL AS there`,
  )
  if (rows[0]?.there !== true) return undefined
  const info = await session.query<{ dealloc: number }>(`SELECT dealloc::float8 AS dealloc FROM ${view}`)
  return info.rows[0]?.dealloc
}

const hiddenError = (session: Session, what: string, cause?: unknown) =>
  configurationError(
    'query-statistics-hidden',
    `The user ${session.target.user ?? ''} of ${session.target.source} may not see ${what}.`,
    {
      todo: [
        `Ask with the app’s own credential, or give this one the right to see them: GRANT pg_read_all_stats TO ${identifier(session.target.user ?? '')}`,
      ],
      cause,
    },
  )

const notLoaded = (cause: unknown) =>
  configurationError(
    'query-statistics-missing',
    'The server was started without pg_stat_statements, so that no query is counted.',
    {
      todo: [
        'Add it to shared_preload_libraries and restart the server. On Heroku it is loaded.',
        'Or record the queries of the app: docs/queries.md.',
      ],
      cause,
    },
  )
