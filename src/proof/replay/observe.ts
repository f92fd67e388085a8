import { literal } from '../../postgres/identifiers.js'
import type { Session } from '../../postgres/session.js'
import type { Observation, ObservedColumn, Tried } from '../verdict/observation.js'
import type { Schema } from '../verdict/schema.js'
import { ask, goOn, prepareAs, type Answer, type Refusal } from './ask-server.js'
import { readSchema } from './read-schema.js'

/** A session on a schema on which queries are tried; nothing of them is executed. */
export interface Replayer {
  /** What the server says of these queries now. */
  observe(queries: readonly Tried[]): Promise<Map<Tried, Observation>>
  /** Prepares those with a name, as a session of the running code has done before the schema changes. */
  prepareNamed(queries: readonly Tried[]): Promise<void>
  /** What those meet when that session goes on with them; only refusals. */
  goOn(queries: readonly Tried[]): Promise<Map<Tried, Refusal>>
  /** What the schema demands now. */
  schema(): Promise<Schema>
  /** Asks whether something `holds`; undefined: the server cannot say. */
  holds(question: string): Promise<boolean | undefined>
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
      const asked = queries.map((query) => ({ text: query.sql, types: typesOf(query) }))
      const answers = shared
        ? await oneByOne(asked, async (one) => (await apart(async () => await ask(session, [one])))[0])
        : await ask(session, asked)
      const found = new Map<Tried, Observation>()
      for (const [index, query] of queries.entries()) {
        const answer = answers[index]
        if (answer !== undefined) found.set(query, await observationOf(answer, types))
      }
      return found
    },
    prepareNamed: async (queries) => {
      const wanted = queries.filter(({ name }) => name !== undefined)
      const asked = wanted.map((query, index) => ({
        name: `v0_${index}`,
        text: query.sql,
        types: typesOf(query),
      }))
      const answers = await apart(async () => await prepareAs(session, asked))
      for (const [index, query] of wanted.entries()) {
        const answer = answers[index]
        if (answer === undefined || answer.refusal !== undefined) continue
        named.set(query, { name: `v0_${index}`, parameters: answer.parameterOids.length })
      }
    },
    goOn: async (queries) => {
      const prepared = queries.flatMap((query) => {
        const bound = named.get(query)
        return bound === undefined ? [] : [{ query, bound }]
      })
      const bounds = prepared.map(({ bound }) => bound)
      const answers = shared
        ? await oneByOne(bounds, async (one) => (await apart(async () => await goOn(session, [one])))[0])
        : await goOn(session, bounds)
      return new Map(
        prepared.flatMap(({ query }, index) => {
          const refusal = answers[index]?.refusal
          return refusal === undefined ? [] : [[query, refusal] as const]
        }),
      )
    },
    schema: async () => await apart(async () => await readSchema(session)),
    holds: async (question) =>
      await apart(async () => {
        const { rows } = await session.query<{ holds: boolean | null }>(question)
        // A check that comes to NULL is fulfilled.
        return rows[0]?.holds ?? true
      }).catch((error: unknown) => {
        if (session.lost() !== undefined) throw error
        return undefined
      }),
  }
}

/** Where a transaction is open, a refusal must be undone before the next question. */
async function oneByOne<Question, Given>(
  questions: readonly Question[],
  answer: (question: Question) => Promise<Given>,
): Promise<Given[]> {
  const answers: Given[] = []
  for (const question of questions) answers.push(await answer(question))
  return answers
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

async function observationOf(answer: Answer, types: TypeNames): Promise<Observation> {
  const oids = [...answer.parameterOids, ...answer.columns.map(({ typeOid }) => typeOid)]
  const names = await types(oids)
  const nameOf = (oid: number) => names.get(oid) ?? `type ${oid}`
  return {
    refusal: answer.refusal,
    columns: answer.columns.map((column): ObservedColumn => ({
      name: column.name,
      type: nameOf(column.typeOid),
      origin: column.tableOid === 0 ? undefined : `${column.tableOid}.${column.tableColumn}`,
    })),
    parameters: answer.parameterOids.map(nameOf),
  }
}
