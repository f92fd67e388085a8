import { configurationError, failedError, type ReleaseError } from '../../core/errors.js'
import { failureInStatement, asDatabaseFailure, StatementError, shownPath } from '../../migrations/failure.js'
import type { LoadedMigration } from '../../migrations/load.js'
import { identifier } from '../../postgres/identifiers.js'
import type { Session } from '../../postgres/session.js'
import type { World } from '../../story/world.js'
import { applyTo, failureOf, prepareSchema } from './apply.js'
import type { Dump } from './dump.js'
import type { Schemas } from './schemas.js'

/**
 * Builds the schema of the running code in an empty database. Throws `base-migration-failed` (1) where that cannot
 * be done, and `scratch-extension` (78) with the names of all extensions that the server lacks.
 */
export async function buildBase(
  world: World,
  session: Session,
  { dump, base, pending }: Schemas,
  own: boolean,
): Promise<void> {
  await refuseWithoutExtensions(session, [
    ...(dump === undefined ? [] : [dump.sql]),
    ...textsOf([...base, ...pending]),
  ])
  if (dump !== undefined) await load(session, dump, own)
  await prepareSchema(world, session)
  for (const migration of base) {
    world.signal.throwIfAborted()
    try {
      await applyTo(world, session, migration, { makeRoles: own })
    } catch (error) {
      world.signal.throwIfAborted()
      throw await baseFailed(error, migration)
    }
  }
}

const textsOf = (migrations: readonly LoadedMigration[]) => migrations.map(({ source }) => source)

async function load(session: Session, dump: Dump, own: boolean): Promise<void> {
  for (const made = new Set<string>(); ;) {
    try {
      await session.query(dump.sql)
      // A dump empties the search path of its session.
      await session.query('RESET ALL')
      return
    } catch (error) {
      const failure = asDatabaseFailure(error)
      if (failure === undefined || !(error instanceof Error)) throw error
      const role = /^role "(.+)" does not exist$/.exec(failure.message)?.[1]
      if (!own || role === undefined || made.has(role)) throw dumpFailed(dump, error, failure.sqlstate)
      made.add(role)
      await session.query(`CREATE ROLE ${identifier(role)}`)
    }
  }
}

const dumpFailed = ({ shown }: Dump, error: Error, sqlstate: string) =>
  failedError(
    'base-migration-failed',
    `${shown} cannot be loaded: ${error.message} (SQLSTATE ${sqlstate}).`,
    {
      todo: [
        'Make it without what belongs to the server: pg_dump --schema-only --no-owner --no-privileges',
        'It has to come from a server that is no newer than the scratch server.',
      ],
      sqlstate,
      cause: error,
    },
  )

async function baseFailed(error: unknown, migration: LoadedMigration): Promise<ReleaseError> {
  const failed = failureOf(error)
  const todo = [
    'The proof builds the schema of the running code from its migrations, from the first one on an empty database. Where those do not make it, give a dump: pg_dump --schema-only --no-owner > structure.sql, and --dump structure.sql',
  ]
  if (failed === undefined) {
    const message = error instanceof Error ? error.message : String(error)
    return failedError(
      'base-migration-failed',
      `${shownPath(migration.file)} could not be applied to an empty database: ${message}.`,
      { todo, cause: error },
    )
  }
  const { message, detail, sqlstate } = await failureInStatement(failed.statement, failed.failure, {
    file: migration.file,
    source: migration.source,
    state: '',
  })
  return failedError('base-migration-failed', `On an empty database, ${message}`, {
    detail,
    todo,
    sqlstate,
    cause: error instanceof StatementError ? error : failed.statement,
  })
}

// https://www.postgresql.org/docs/current/sql-createextension.html
const inSql = /create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gi
const inCode = /\bcreateExtension\(\s*(\[[^\]]*\]|['"`][\w-]+['"`])/g

/** Names in comments and in what is behind another condition count only where the server lacks them. */
async function refuseWithoutExtensions(session: Session, texts: readonly string[]): Promise<void> {
  const named = new Set(
    texts
      .map(withoutComments)
      .flatMap((text) => [
        ...[...text.matchAll(inSql)].map(([, name = '']) => name),
        ...[...text.matchAll(inCode)].flatMap(([, names = '']) => names.match(/[\w-]+/g) ?? []),
      ]),
  )
  if (named.size === 0) return
  const { rows } = await session.query<{ name: string }>('SELECT name FROM pg_available_extensions')
  const lacking = [...named].filter((name) => rows.every((row) => row.name !== name))
  if (lacking.length === 0) return
  throw configurationError(
    'scratch-extension',
    `The scratch server has no extension ${lacking.join(', ')}, which the migrations create.`,
    {
      todo: [
        'Name a server that has them in RELEASE_SCRATCH_URL, such as an image of PostGIS or pgvector as a service container of CI.',
      ],
    },
  )
}

const withoutComments = (text: string) => text.replaceAll(/--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
