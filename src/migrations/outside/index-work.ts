import { sqlstateOf } from '../failure.js'
import type { IndexBuild } from '../grammar/concurrent-work.js'
import type { RelationName } from '../grammar/nodes.js'
import type { Statement } from '../statements.js'
import { differs, findBuilt } from './built-index.js'
import { detach } from './detach.js'
import { dropAtOnce, dropLeftovers, invalidIndexes, type CleanUp } from './invalid-index.js'

export interface IndexWork extends CleanUp {
  /** A run was cut off in this very statement, so that what it wants may be done already. */
  readonly wasCutOff: boolean
}

/**
 * Runs a statement outside a transaction so that an interruption, before or now, leaves no trace: no invalid
 * index, and nothing that stops the next run because it is done already. Throws `index-differs` (1).
 */
export async function workOnIndex(
  { builds, drops, reindexes, detaches }: Statement,
  given: IndexWork,
  work: () => Promise<void>,
): Promise<void> {
  if (builds !== undefined) return await build(builds, given, work)
  if (drops !== undefined) return await drop(drops, given, work)
  if (reindexes !== undefined) return await reindex(reindexes, given, work)
  if (detaches !== undefined) return await detach(detaches, given, work)
  await work()
}

/**
 * An invalid index that an interrupted build left under the same name is dropped first: it would stop the
 * statement with 42P07, or IF NOT EXISTS would take it for the index. One that this build leaves is dropped at
 * once, because it slows every write and, if it is unique, goes on refusing rows.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
async function build(wanted: IndexBuild, given: IndexWork, work: () => Promise<void>): Promise<void> {
  const { connection, onLog } = given
  const ofTable = { schema: wanted.schema, name: wanted.table }
  const before = await invalidIndexes(connection, ofTable)
  await dropLeftovers(
    before.filter(({ name }) => name === wanted.index),
    given,
  )
  const found = await findBuilt(connection, wanted)
  if (found?.same === true) {
    onLog(`${found.shown} is there already, valid and as this migration wants it; it is recorded, not built`)
    return
  }
  if (found !== undefined && !wanted.ifNotExists) throw differs(found)
  if (found !== undefined) {
    onLog(
      `kept ${found.shown} (IF NOT EXISTS), which is another one: ${found.there}; wanted: ${found.wanted}`,
    )
  }
  const known = new Set(before.map(({ oid }) => oid))
  await orCleanUp(given, work, async () =>
    (await invalidIndexes(connection, ofTable)).filter(({ oid }) => !known.has(oid)),
  )
}

/**
 * What an interrupted REINDEX leaves: the new index half built, or the old one replaced and not yet dropped.
 * https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 */
async function reindex(
  of: RelationName | 'many',
  given: IndexWork,
  work: () => Promise<void>,
): Promise<void> {
  const leftovers = async () => {
    const found = await invalidIndexes(given.connection, of === 'many' ? undefined : of)
    return found.filter(({ name }) => /_cc(?:new|old)\d*$/.test(name))
  }
  await dropLeftovers(await leftovers(), given)
  await orCleanUp(given, work, leftovers)
}

/** An index that is gone before it is dropped was dropped by a run that was interrupted before its record. */
async function drop(index: RelationName, given: IndexWork, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (sqlstateOf(error) !== '42704' || !given.wasCutOff) throw error
    given.onLog(`${index.name} is gone already, dropped by a run that was interrupted; it is recorded`)
  }
}

async function orCleanUp(
  given: IndexWork,
  work: () => Promise<void>,
  left: () => ReturnType<typeof invalidIndexes>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    await dropAtOnce(await left().catch(() => []), given)
    throw error
  }
}
