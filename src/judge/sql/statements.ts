import { refuse } from './refuse.js'
import type { Grammar, GrammarStatement, Node } from './grammar.js'

/** A statement of a text, or a part of it that cannot be read. */
export interface SqlStatement {
  /** Undefined: it cannot be read, and `failure` says why. */
  readonly node: Node | undefined
  readonly failure: string | undefined
  readonly sql: string
  /** Where it begins in the text, in UTF-16 units; for a failure where the grammar stopped. */
  readonly offset: number
}

/**
 * The statements of a text, each with its place. One that the grammar does not take leaves the others readable.
 * Never throws: a text that cannot be read at all comes back as one failure.
 */
export function readStatements(written: string, grammar: Grammar): SqlStatement[] {
  // A byte order mark is no SQL; a blank in its place moves nothing.
  const sql = written.startsWith('\uFEFF') ? ` ${written.slice(1)}` : written
  const refused = refuse(sql)
  if (refused !== undefined) return [failureAt(refused.offset, refused.why)]
  const text = textOf(sql)
  const parsed = grammar.parse(sql)
  if (!('message' in parsed)) return place(text, parsed, 0)
  const ends = grammar.semicolons(sql)
  if (ends !== undefined && ends.length > 0)
    return inParts(text, [...ends.map(behind), text.endByte], grammar)
  // Not even its words can be told apart, as behind a quote that nobody closed; what stands before it can be read.
  const stopped = offsetOf(sql, parsed.character)
  const failure = failureAt(stopped, said(parsed.message, sql, stopped))
  const head = ends === undefined ? (grammar.semicolons(sql.slice(0, stopped)) ?? []) : []
  return head.length === 0 ? [failure] : [...inParts(text, head.map(behind), grammar), failure]
}

const failureAt = (offset: number, failure: string, sql = ''): SqlStatement => ({
  node: undefined,
  failure,
  sql,
  offset,
})

/** A text whose places are counted in UTF-8 bytes. */
interface Text {
  readonly endByte: number
  slice(fromByte: number, toByte: number | undefined): string
  /** The offset in UTF-16 units of a byte that is not before the one asked for last. */
  unitAt(byte: number): number
}

function textOf(sql: string): Text {
  const endByte = Buffer.byteLength(sql)
  // Most are plain ASCII, and there the two are the same.
  if (endByte === sql.length)
    return { endByte, slice: (from, to) => sql.slice(from, to), unitAt: (byte) => byte }
  const bytes = Buffer.from(sql, 'utf8')
  const slice = (from: number, to: number | undefined) => bytes.subarray(from, to).toString('utf8')
  // Counted on from call to call: from the beginning each time, a large file would take for ever.
  const reached = { byte: 0, unit: 0 }
  return {
    endByte,
    slice,
    unitAt: (byte) => {
      reached.unit += slice(reached.byte, byte).length
      reached.byte = byte
      return reached.unit
    },
  }
}

const behind = (semicolon: number) => semicolon + 1

/** Parses from semicolon to semicolon; a part that cannot be read is tried together with those behind it. */
function inParts(text: Text, bounds: readonly number[], grammar: Grammar): SqlStatement[] {
  const statements: SqlStatement[] = []
  let start = 0
  for (let index = 0; index < bounds.length; index++) {
    const read = readPart(text, start, bounds.slice(index, index + mostJoined), grammar)
    statements.push(...read.statements)
    index += read.joined
    start = bounds[index] ?? text.endByte
  }
  return statements
}

// Semicolons inside a statement: BEGIN ATOMIC bodies and the actions of a rule.
const mostJoined = 20

function readPart(
  text: Text,
  start: number,
  bounds: readonly number[],
  grammar: Grammar,
): { readonly statements: SqlStatement[]; readonly joined: number } {
  const commands: SqlStatement[] = []
  let from = start
  let failed: SqlStatement | undefined
  for (let joined = 0; joined < bounds.length; joined++) {
    const part = text.slice(from, bounds[joined])
    const parsed = grammar.parse(part)
    if (!('message' in parsed)) return { statements: [...commands, ...place(text, parsed, from)], joined }
    const stopped = offsetOf(part, parsed.character)
    const lead = part.length - part.trimStart().length
    const failure = failureAt(
      text.unitAt(from) + Math.max(lead, stopped),
      said(parsed.message, part, stopped),
      part.trim(),
    )
    const line = part.indexOf('\n', stopped) + 1
    if (part.startsWith('\\', stopped) && line > 0 && commands.length < mostCommands) {
      // A command of psql ends with its line, not with a semicolon.
      commands.push({ ...failure, sql: part.slice(stopped, line).trim() })
      from += Buffer.byteLength(part.slice(0, line))
      joined -= 1
      continue
    }
    failed ??= failure
    if (!/\bbegin\s+atomic\b|\brule\b/i.test(part)) break
  }
  return { statements: failed === undefined ? commands : [...commands, failed], joined: 0 }
}

const mostCommands = 1000

const longest = 80

/** The grammar's message in one line; what stands where it stopped may be all the rest of the file. */
function said(message: string, text: string, stopped: number): string {
  if (text.startsWith('\\', stopped)) return 'it is a command of psql, which only psql knows'
  const line = message.replaceAll(/\s+/g, ' ')
  return line.length > longest ? `${line.slice(0, longest)}...` : line
}

function place(text: Text, parsed: readonly GrammarStatement[], from: number): SqlStatement[] {
  return parsed.map(({ node, startByte, endByte }) => {
    const start = from + startByte
    const raw = text.slice(start, from + endByte)
    const lead = leadOf(raw)
    return { node, failure: undefined, sql: raw.slice(lead).trimEnd(), offset: text.unitAt(start) + lead }
  })
}

/** Blanks and comments in front of a statement belong to nobody's line; comments nest. */
function leadOf(raw: string): number {
  let at = 0
  for (;;) {
    while (/[\s\uFEFF]/.test(raw.charAt(at))) at += 1
    if (raw.startsWith('--', at)) {
      const end = raw.indexOf('\n', at)
      if (end < 0) return raw.length
      at = end + 1
    } else if (raw.startsWith('/*', at)) {
      at = endOfComment(raw, at)
    } else {
      return at
    }
  }
}

function endOfComment(raw: string, start: number): number {
  let depth = 1
  let at = start + 2
  while (depth > 0) {
    const close = raw.indexOf('*/', at)
    if (close < 0) return raw.length
    const open = raw.indexOf('/*', at)
    const opens = open >= 0 && open < close
    depth += opens ? 1 : -1
    at = (opens ? open : close) + 2
  }
  return at
}

/** PostgreSQL counts characters; a text here counts UTF-16 units. */
function offsetOf(text: string, character: number): number {
  let offset = 0
  let left = character
  for (const letter of text) {
    if (left === 0) break
    offset += letter.length
    left -= 1
  }
  return offset
}
