import { configurationError, type ReleaseError } from '../core/errors.js'
import { codeOf } from './connect-errors.js'
import { plainName, qualified, type Table } from './identifiers.js'
import type { Session } from './session.js'

/** A history that names no migration. */
export interface EmptyHistory {
  readonly table: Table
  /** False: the table is not there at all. */
  readonly exists: boolean
  /** A setting names its very schema, so tables in other schemas are other histories, such as other tenants'. */
  readonly schemaIsMeant: boolean
  /** The migrations of the folder. */
  readonly names: readonly string[]
}

/**
 * Refuses (78) to begin a history while another table of node-pg-migrate's shape names migrations of this folder:
 * it is this app's, under the name or in the schema that node-pg-migrate's own command was given, and they would
 * run a second time. A table that names none of them is somebody else's.
 * https://salsita.github.io/node-pg-migrate/cli
 */
export async function refuseMisplacedHistory(session: Session, expected: EmptyHistory): Promise<void> {
  if (expected.names.length === 0) return
  for (const found of await otherHistories(session, expected.table)) {
    if (expected.schemaIsMeant && found.schema !== expected.table.schema) continue
    const known = await countKnown(session, found, expected.names)
    if (known > 0) throw misplaced(expected, found, known)
  }
}

/** The likeliest first: of the same schema, then of the same name. */
async function otherHistories(session: Session, { schema, name }: Table): Promise<Table[]> {
  const { rows } = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND (n.nspname, c.relname) <> ($1, $2)
       AND 3 = (SELECT count(*) FROM pg_attribute
                WHERE attrelid = c.oid AND attname IN ('id', 'name', 'run_on'))
     ORDER BY n.nspname = $1 DESC, c.relname = $2 DESC, n.nspname, c.relname`,
    [schema, name],
  )
  return rows
}

async function countKnown(session: Session, table: Table, names: readonly string[]): Promise<number> {
  try {
    const { rows } = await session.query<{ known: number }>(
      `SELECT count(DISTINCT name::text)::int AS known FROM ${qualified(table)} WHERE name::text = ANY($1)`,
      [names],
    )
    return rows[0]?.known ?? 0
  } catch (error) {
    // Not for this role to read, or dropped just now: then it is not this app's either.
    if (['42501', '42P01', '3F000'].includes(codeOf(error) ?? '')) return 0
    throw error
  }
}

function misplaced({ table, exists, names }: EmptyHistory, found: Table, known: number): ReleaseError {
  const what = exists ? 'is empty' : 'does not exist'
  const run = known === 1 ? 'it would run a second time' : 'they would run a second time'
  const settings = [
    ...(found.name === table.name ? [] : [['migrations-table', found.name] as const]),
    ...(found.schema === table.schema ? [] : [['migrations-schema', found.schema] as const]),
  ]
  const words = settings.map(([key, value]) => `${key} to ${value}`).join(' and ')
  const flags = settings.map(([key, value]) => `--${key} ${value}`).join(' ')
  return configurationError(
    'history-misplaced',
    `The history is expected in ${plainName(table)}, which ${what}, and ${plainName(found)} names ${known} of the ${names.length} migrations of the folder; ${run}.`,
    {
      todo: [
        `Set ${words} (migrate in release-phase.config.json, or ${flags}).`,
        ...(found.schema === table.schema
          ? []
          : [
              `If ${table.schema} is to have a history of its own, such as a schema for each tenant: --migrations-schema ${table.schema}`,
            ]),
      ],
    },
  )
}
