import { messageOf } from '../../core/errors.js'
import type { RecordedQuery } from '../../core/query.js'
import type { ReadQuery } from './read-query.js'
import { unreadable } from './unreadable.js'

interface Lines {
  readonly queries: readonly ReadQuery[]
  readonly notes: readonly string[]
}

/** The queries of a text of JSON lines. Throws 78 with file and line for one that is none. */
export function readJsonLines(text: string, path: string): Lines {
  const queries: ReadQuery[] = []
  const notes: string[] = []
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  for (const [index, line] of lines.entries()) {
    const readAt = `${path}:${index + 1}`
    if (line.trim() === '') continue
    const isCutOff = index === lines.length - 1 && line.startsWith('{"') && !isJson(line)
    if (isCutOff) {
      // A disk that became full in the middle of a line, and the recording ended there.
      notes.push(`${readAt} breaks off in the middle, and is left out.`)
      continue
    }
    const value = parse(line, readAt)
    if (typeof value['leftOut'] === 'string') {
      notes.push(`${readAt} says what the recording left out: ${value['leftOut']}.`)
    } else {
      queries.push({ query: queryOf(value, readAt), readAt })
    }
  }
  return { queries, notes }
}

type Fields = Readonly<Record<string, unknown>>

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

function parse(line: string, readAt: string): Fields {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  } catch (error) {
    throw unreadable(readAt, messageOf(error))
  }
  throw unreadable(readAt, 'it is no JSON object')
}

function queryOf({ text, name, site, parameterTypes: types }: Fields, readAt: string): RecordedQuery {
  if (typeof text !== 'string' || text.trim() === '') throw unreadable(readAt, 'it has no text')
  if (!isText(name)) throw unreadable(readAt, 'its name is no text')
  if (!isText(site)) throw unreadable(readAt, 'its site is no text')
  if (types !== undefined && types !== null && !areTypes(types)) {
    throw unreadable(readAt, 'its parameterTypes are no list of names and OIDs')
  }
  return {
    text,
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(typeof site === 'string' && site !== '' ? { site } : {}),
    ...(areTypes(types) ? { parameterTypes: types } : {}),
  }
}

const isText = (value: unknown) => value === undefined || value === null || typeof value === 'string'

const areTypes = (value: unknown): value is (number | string)[] =>
  Array.isArray(value) && value.every((type) => typeof type === 'string' || Number.isSafeInteger(type))
