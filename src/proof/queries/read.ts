import { readFile } from 'node:fs/promises'
import { configurationError, messageOf } from '../../core/errors.js'
import type { Query, RecordedQuery } from '../../core/query.js'

/** Reads files of queries, JSON lines. Throws 78 with file and line for one that cannot be read. */
export async function readQueries(paths: readonly string[]): Promise<Query[]> {
  const queries = new Map<string, Query>()
  for (const path of paths) {
    for (const { query, readAt } of await readLines(path)) {
      const { site, ...rest } = query
      const key = JSON.stringify([rest.text, rest.name])
      const known = queries.get(key)
      const sites = [...new Set([...(known?.sites ?? []), ...(site === undefined ? [] : [site])])]
      queries.set(key, { ...(known ?? { ...rest, readAt }), sites })
    }
  }
  return [...queries.values()]
}

async function readLines(
  path: string,
): Promise<{ readonly query: RecordedQuery; readonly readAt: string }[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, messageOf(error))
  })
  return text.split('\n').flatMap((line, index) => {
    const readAt = `${path}:${index + 1}`
    return line.trim() === '' ? [] : [{ query: parse(line, readAt), readAt }]
  })
}

function parse(line: string, readAt: string): RecordedQuery {
  try {
    const value = JSON.parse(line) as RecordedQuery | null
    if (typeof value?.text === 'string') return value
  } catch (error) {
    throw unreadable(readAt, messageOf(error))
  }
  throw unreadable(readAt, 'it is no object with a text')
}

const unreadable = (where: string, why: string) =>
  configurationError('queries-unreadable', `The queries ${where} cannot be read: ${why}.`, {
    todo: ['Each line is a JSON object: {"text":"SELECT ...","name":"...","site":"routes/orders.js:41"}.'],
  })
