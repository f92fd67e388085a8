import { preparable } from '../../core/normalized-text.js'
import { loadGrammar } from '../../judge/sql/grammar.js'
import { readQueryStatistics, type QueryStatistics } from '../../postgres/query-statistics.js'
import { lookAtDatabase } from '../session.js'
import { historyTable, type World } from '../world.js'
import { whyNotOfTheApp, type NotOfTheApp } from './of-the-app.js'

export interface Pulled extends Pick<QueryStatistics, 'role' | 'hidden' | 'dropped'> {
  /** What the app asks of its tables, those that it sends most often first. */
  readonly queries: QueryStatistics['queries']
  /** How many were left out, and why. */
  readonly leftOut: Readonly<Record<NotOfTheApp, number>>
}

/**
 * The queries of a role, as the database of `DATABASE_URL` has counted them; without one, the role of that URL.
 * Only reads. Throws 78 where they are not counted, or not to be seen.
 */
export async function pullQueries(world: World, role: string | undefined): Promise<Pulled> {
  const statistics = await lookAtDatabase(world, async (session) => await readQueryStatistics(session, role))
  const grammar = await loadGrammar()
  const { name: history } = historyTable(world)
  const leftOut = { utility: 0, tool: 0, catalog: 0 }
  const queries = statistics.queries.flatMap(({ text, calls }) => {
    const why = whyNotOfTheApp(text, grammar, history)
    if (why !== undefined) leftOut[why] += 1
    return why === undefined ? [{ text: preparable(text), calls }] : []
  })
  return { ...statistics, queries, leftOut }
}
