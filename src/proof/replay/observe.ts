import { literal } from '../../postgres/identifiers.js'
import type { Session } from '../../postgres/session.js'
import type { Observation, ObservedColumn, Tried } from '../verdict/observation.js'
import { describe, plan, type Answer, type Refusal } from './ask-server.js'

/** A session on a schema on which queries are tried; nothing of them is executed. */
export interface Replayer {
  /** What the server says of these queries now. */
  observe(queries: readonly Tried[]): Promise<Map<Tried, Observation>>
  /** Prepares those with a name, as a session of the running code has done before the schema changes. */
  prepareNamed(queries: readonly Tried[]): Promise<void>
  /** What those meet when that session goes on with them; only refusals. */
  goOn(queries: readonly Tried[]): Promise<Map<Tried, Refusal>>
}

export interface Replaying {
  /** Of the running code, as SQL takes it. */
  readonly searchPath: string
  /** Migrations run in this session too, so each query is tried apart from what they have set and begun. */
  readonly shared?: boolean
}

export async function replayOn(
  session: Session,
  { searchPath, shared = false }: Replaying,
): Promise<Replayer> {
  const types = typeNames(session)
  const apart: Apart = shared
    ? async (work) => await inPart(session, searchPath, work)
    : async (work) => await work()
  if (!shared) await session.query(settings('SESSION', searchPath))
  const named = new Map<Tried, { readonly name: string; readonly parameters: number }>()
  return {
    observe: async (queries) => {
      const found = new Map<Tried, Observation>()
      for (const query of queries) {
        const { answer, unplanned } = await apart(async () => await ask(session, query))
        found.set(query, await observationOf(answer, unplanned, types))
      }
      return found
    },
    prepareNamed: async (queries) => {
      for (const query of queries) {
        if (query.name === undefined) continue
        const name = `v0_${named.size}`
        const asked = { text: query.sql, types: typesOf(query), name }
        const answer = await apart(async () => await describe(session, asked))
        if (answer.failure === undefined) named.set(query, { name, parameters: answer.parameterOids.length })
      }
    },
    goOn: async (queries) => {
      const refused = new Map<Tried, Refusal>()
      for (const query of queries) {
        const prepared = named.get(query)
        if (prepared === undefined) continue
        const { name, parameters } = prepared
        const refusal = await apart(async () => await plan(session, name, parameters))
        if (refusal !== undefined) refused.set(query, refusal)
      }
      return refused
    },
  }
}

/** Planning finds what reading does not: an ON CONFLICT without its index, a lock on what cannot be locked. */
async function ask(
  session: Session,
  query: Tried,
): Promise<{ readonly answer: Answer; readonly unplanned: Refusal | undefined }> {
  const answer = await describe(session, { text: query.sql, types: typesOf(query) })
  if (answer.failure !== undefined) return { answer, unplanned: undefined }
  return { answer, unplanned: await plan(session, '', answer.parameterOids.length) }
}

// A type of the app's own has another number in each database.
const firstOwnOid = 16_384

const typesOf = ({ parameterTypes = [] }: Tried): number[] =>
  parameterTypes.map((type) => (typeof type === 'number' && type < firstOwnOid ? type : 0))

type Apart = <Result>(work: () => Promise<Result>) => Promise<Result>

/** In a transaction of its own, or in a part of the open one, that leaves nothing behind. */
async function inPart<Result>(
  session: Session,
  searchPath: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const inside = session.status() === 'in transaction'
  await session.query(`${inside ? 'SAVEPOINT apart' : 'BEGIN'}; ${settings('LOCAL', searchPath)}`)
  try {
    return await work()
  } finally {
    await session.query(inside ? 'ROLLBACK TO SAVEPOINT apart; RELEASE SAVEPOINT apart' : 'ROLLBACK')
  }
}

// https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE
const settings = (scope: 'LOCAL' | 'SESSION', searchPath: string) =>
  `SET ${scope} plan_cache_mode = force_generic_plan; SET ${scope} search_path TO ${searchPath}`

type TypeNames = (oids: readonly number[]) => Promise<ReadonlyMap<number, string>>

function typeNames(session: Session): TypeNames {
  const known = new Map<number, string>()
  return async (oids) => {
    const unknown = oids.filter((oid) => !known.has(oid))
    if (unknown.length > 0) {
      const { rows } = await session.query<{ oid: number; name: string }>(
        `SELECT t.oid::int, CASE WHEN n.nspname = 'pg_catalog' THEN format_type(t.oid, NULL)
           ELSE n.nspname || '.' || t.typname END AS name
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.oid = ANY (${literal(`{${unknown.join(',')}}`)}::oid[])`,
      )
      for (const { oid, name } of rows) known.set(oid, name)
    }
    return known
  }
}

async function observationOf(
  answer: Answer,
  unplanned: Refusal | undefined,
  types: TypeNames,
): Promise<Observation> {
  const oids = [...answer.parameterOids, ...answer.columns.map(({ typeOid }) => typeOid)]
  const names = await types(oids)
  const nameOf = (oid: number) => names.get(oid) ?? `type ${oid}`
  return {
    refusal: answer.failure ?? unplanned,
    columns: answer.columns.map((column): ObservedColumn => ({
      name: column.name,
      type: nameOf(column.typeOid),
      origin: column.tableOid === 0 ? undefined : `${column.tableOid}.${column.tableColumn}`,
    })),
    parameters: answer.parameterOids.map(nameOf),
  }
}
