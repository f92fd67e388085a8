import { loadGrammar } from '../../judge/sql/grammar.js'
import { readStatements } from '../../judge/sql/statements.js'
import type { ReadQuery } from './read-query.js'
import { unreadable } from './unreadable.js'

/** The statements of a SQL file, each a query of its own place. Throws 78 with file and line for one that is none. */
export async function readSqlFile(text: string, path: string): Promise<ReadQuery[]> {
  const grammar = await loadGrammar()
  let [offset, line] = [0, 1]
  return readStatements(text, grammar).map(({ sql, failure, offset: start }) => {
    line += text.slice(offset, start).split('\n').length - 1
    offset = start
    const site = `${path}:${line}`
    if (failure !== undefined) throw unreadable(site, failure)
    return { query: { text: sql, site }, readAt: site }
  })
}
