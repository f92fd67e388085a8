import { readFile } from 'node:fs/promises'
import { messageOf } from '../../core/errors.js'
import type { Query } from '../../core/query.js'
import { findFiles } from './files.js'
import { readJsonLines } from './json-lines.js'
import { mergeQueries } from './merge.js'
import type { ReadQuery } from './read-query.js'
import { unreadable } from './unreadable.js'

export interface QueriesRead {
  /** Each distinct query once, in the order of the files. */
  readonly queries: readonly Query[]
  /** What the files do not tell, one sentence each. */
  readonly notes: readonly string[]
}

/**
 * Reads files of queries: JSON lines, and `.sql` files whose statements are queries. Patterns stand for files. Throws
 * 64 where there is no such file, and 78 with file and line for one that cannot be read.
 */
export async function readQueries(patterns: readonly string[]): Promise<QueriesRead> {
  const read: ReadQuery[] = []
  const notes: string[] = []
  for (const path of await findFiles(patterns)) {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw unreadable(path, messageOf(error))
    })
    if (path.endsWith('.sql')) {
      const { readSqlFile } = await import('./sql-file.js')
      read.push(...(await readSqlFile(text, path)))
    } else {
      const lines = readJsonLines(text, path)
      read.push(...lines.queries)
      notes.push(...lines.notes)
    }
  }
  return { queries: mergeQueries(read), notes }
}
