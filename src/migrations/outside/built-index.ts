import { failedError, type ReleaseError } from '../../core/errors.js'
import type { MigrationConnection } from '../connection.js'
import { asDatabaseFailure } from '../failure.js'
import type { IndexBuild } from '../grammar/concurrent-work.js'

/** A valid index that has the name a build wants. */
export interface BuiltIndex {
  /** As SQL takes it, with its schema where it needs one. */
  readonly shown: string
  /** Whether it is what the statement would build. */
  readonly same: boolean
  readonly there: string
  readonly wanted: string
}

/**
 * Looks whether the index of a build is there already, as after a run that was killed between the build and its
 * record. The statement's definition is compared as PostgreSQL itself writes it, by building it on an empty
 * temporary copy of the table. Returns undefined where there is none, or where that cannot be compared.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CATALOG (pg_get_indexdef)
 */
export async function findBuilt(
  connection: MigrationConnection,
  build: IndexBuild,
): Promise<BuiltIndex | undefined> {
  const named = build.index === undefined ? undefined : await readIndexes(connection, build, build.index)
  if (named?.length === 0) return undefined
  const wanted = await definitionOf(connection, build)
  if (wanted === undefined) return undefined
  // PostgreSQL finds a name by itself, and puts a number behind it where it is taken.
  const found = named ?? (await readIndexes(connection, build, wanted.name))
  const same = found.find((index) => index.ofTable && sameIndex(index, wanted))
  const [first] = named ?? []
  const there = same ?? first
  if (there === undefined) return undefined
  return {
    shown: there.shown,
    same: same !== undefined,
    there: there.definition,
    wanted: sentence(build, wanted),
  }
}

/** The error of a build whose name another index has. */
export const differs = ({ shown, there, wanted }: BuiltIndex): ReleaseError =>
  failedError('index-differs', `The index ${shown} is there already, with another definition.`, {
    detail: [`there:  ${there}`, `wanted: ${wanted}`],
    todo: [
      'If the one that is there is right, let the migration say the same. If not, drop it in a migration before (DROP INDEX CONCURRENTLY), or give the new one another name.',
    ],
    sqlstate: '42P07',
  })

interface Index {
  readonly name: string
  readonly shown: string
  readonly unique: boolean
  readonly definition: string
  readonly ofTable: boolean
}

const columns = `c.relname AS name, c.oid::regclass::text AS shown, i.indisunique AS unique,
  pg_get_indexdef(c.oid) AS definition`

/** Valid indexes of this name in the schema of the table; with a number behind it, for a name that was found. */
async function readIndexes(
  connection: MigrationConnection,
  build: IndexBuild,
  name: string,
): Promise<readonly Index[]> {
  const result = await connection.query(
    `SELECT ${columns}, i.indrelid = t.oid AS "ofTable"
     FROM pg_class t
     JOIN pg_class c ON c.relnamespace = t.relnamespace
       AND (c.relname = $3 OR ($4 AND left(c.relname, length($3)) = $3 AND substr(c.relname, length($3) + 1) ~ '^\\d+$'))
     JOIN pg_index i ON i.indexrelid = c.oid AND i.indisvalid AND i.indisready AND i.indislive
     WHERE t.oid = to_regclass(concat_ws('.', quote_ident($1), quote_ident($2)))
     ORDER BY c.relname`,
    [build.schema ?? null, build.table, name, build.index === undefined],
  )
  return (result as { rows: Index[] }).rows
}

async function definitionOf(connection: MigrationConnection, build: IndexBuild): Promise<Index | undefined> {
  const table = quoted(build.table)
  const name = build.index === undefined ? '' : quoted(build.index)
  const like = build.schema === undefined ? table : `${quoted(build.schema)}.${table}`
  try {
    // ACCESS SHARE, which no reader or writer queues behind.
    await connection.query(`BEGIN; CREATE TEMP TABLE ${table} (LIKE ${like})`)
    await connection.query(
      `CREATE ${build.unique ? 'UNIQUE ' : ''}INDEX ${name} ON pg_temp.${table} ${build.rest}`,
    )
    const result = await connection.query(
      `SELECT ${columns}, true AS "ofTable" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = to_regclass('pg_temp.' || quote_ident($1))`,
      [build.table],
    )
    return (result as { rows: Index[] }).rows[0]
  } catch (error) {
    // A cancel is no answer. Anything else: the statement itself will say what is wrong with it.
    const sqlstate = asDatabaseFailure(error)?.sqlstate
    if (sqlstate === undefined || sqlstate === '57014') throw error
    return undefined
  } finally {
    await connection.query('ROLLBACK').catch(() => undefined)
  }
}

const sameIndex = (a: Index, b: Index) => a.unique === b.unique && tailOf(a) === tailOf(b)

const part = String.raw`(?:"(?:[^"]|"")*"|[^\s".(]+)`
const head = new RegExp(String.raw`^CREATE (?:UNIQUE )?INDEX ${part} ON (?:ONLY )?${part}\.${part} `)

/** What pg_get_indexdef says after the table's name. */
const tailOf = ({ definition }: Index) => definition.replace(head, '')

function sentence(build: IndexBuild, wanted: Index): string {
  const table = [build.schema, build.table].flatMap((name) => (name === undefined ? [] : name)).join('.')
  return `CREATE ${build.unique ? 'UNIQUE ' : ''}INDEX ${wanted.name} ON ${table} ${tailOf(wanted)}`
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
