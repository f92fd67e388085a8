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

// The grammar keeps many times the text in memory: a literal of 60 MB takes ten times as much.
const mostBytes = 24 * 1024 * 1024

/**
 * The statements of a text, each with its place. One that the grammar does not take leaves the others readable.
 * Never throws: a text that cannot be read at all comes back as one failure.
 */
export function readStatements(sql: string, grammar: Grammar): SqlStatement[] {
  const refused = refuse(sql)
  if (refused !== undefined) return [refused]
  const bytes = Buffer.from(sql, 'utf8')
  const parsed = grammar.parse(sql)
  if (!('message' in parsed)) return place(bytes, parsed, 0)
  const ends = grammar.semicolons(sql)
  const failure = {
    node: undefined,
    failure: parsed.message,
    sql: '',
    offset: offsetOf(sql, parsed.character),
  }
  if (ends === undefined || ends.length === 0) return [failure]
  return inParts(bytes, ends, grammar)
}

function refuse(sql: string): SqlStatement | undefined {
  const nul = sql.indexOf('\0')
  if (nul >= 0) return { node: undefined, failure: 'it holds a NUL byte', sql: '', offset: nul }
  if (sql.length <= mostBytes / 4 || Buffer.byteLength(sql) <= mostBytes) return undefined
  const longest = longestLine(sql)
  return {
    node: undefined,
    failure: `it is larger than ${mostBytes / 1024 / 1024} MB; its longest line is this one`,
    sql: '',
    offset: longest,
  }
}

function longestLine(sql: string): number {
  let longest = { start: 0, length: 0 }
  for (let start = 0; start <= sql.length;) {
    const found = sql.indexOf('\n', start)
    const end = found < 0 ? sql.length : found
    if (end - start > longest.length) longest = { start, length: end - start }
    start = end + 1
  }
  return longest.start
}

/** Parses from semicolon to semicolon; a part that cannot be read is tried together with those behind it. */
function inParts(bytes: Buffer, ends: readonly number[], grammar: Grammar): SqlStatement[] {
  const statements: SqlStatement[] = []
  const bounds = [...ends.map((end) => end + 1), bytes.length]
  let start = 0
  for (let index = 0; index < bounds.length; index++) {
    const read = readPart(bytes, start, bounds.slice(index, index + mostJoined), grammar)
    statements.push(...read.statements)
    index += read.joined
    start = bounds[index] ?? bytes.length
  }
  return statements
}

// Semicolons inside a statement: BEGIN ATOMIC bodies and the actions of a rule.
const mostJoined = 20

function readPart(
  bytes: Buffer,
  start: number,
  bounds: readonly number[],
  grammar: Grammar,
): { readonly statements: SqlStatement[]; readonly joined: number } {
  let failed: SqlStatement | undefined
  for (const [joined, end] of bounds.entries()) {
    const text = bytes.subarray(start, end).toString('utf8')
    const parsed = grammar.parse(text)
    if (!('message' in parsed)) return { statements: place(bytes, parsed, start), joined }
    const lead = text.length - text.trimStart().length
    const before = bytes.subarray(0, start).toString('utf8').length
    failed ??= {
      node: undefined,
      failure: parsed.message,
      sql: text.trim(),
      offset: before + Math.max(lead, offsetOf(text, parsed.character)),
    }
    if (!/\bbegin\s+atomic\b|\brule\b/i.test(text)) break
  }
  return { statements: failed === undefined ? [] : [failed], joined: 0 }
}

function place(bytes: Buffer, parsed: readonly GrammarStatement[], from: number): SqlStatement[] {
  // Counted on from statement to statement: from the beginning each time, a large file would take for ever.
  const reached = { byte: 0, unit: 0 }
  return parsed.map(({ node, startByte, endByte }) => {
    const start = from + startByte
    reached.unit += bytes.subarray(reached.byte, start).toString('utf8').length
    reached.byte = start
    const raw = bytes.subarray(start, from + endByte).toString('utf8')
    const lead = leadOf(raw)
    return { node, failure: undefined, sql: raw.slice(lead).trimEnd(), offset: reached.unit + lead }
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
