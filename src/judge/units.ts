import type { Change, TriggerBody } from './change.js'
import { changesOf } from './changes/of-statement.js'
import type { JudgedText } from './file.js'
import { readDoBlock } from './sql/do-block.js'
import type { Grammar, Node } from './sql/grammar.js'
import { readStatements, type SqlStatement } from './sql/statements.js'
import { readTriggerBody } from './sql/trigger-body.js'
import { waiversInSql } from './waivers/in-sql.js'
import type { WrittenWaiver } from './waivers/waiver.js'

/** A statement with what it does, and the line to show. */
export interface Unit {
  readonly line: number
  readonly sql: string
  readonly changes: readonly Change[]
  /** Waivers that stand beside it. */
  readonly waivers?: readonly WrittenWaiver[]
  /** What the grammar read; undefined: nothing. */
  readonly node?: Node
}

// A plan is read twice, for the names in it and for what it does.
const alreadyRead = new WeakMap<JudgedText, readonly Unit[]>()

/**
 * The statements of a text with what each does. One that cannot be read is a unit as well, and so is code that is not
 * known before it runs: what they do is `unjudged`. `file` is the path that findings name.
 */
export function unitsOf(text: JudgedText, grammar: Grammar, file: string): readonly Unit[] {
  const units = alreadyRead.get(text) ?? readUnits(text, grammar, file)
  alreadyRead.set(text, units)
  return units
}

function readUnits(text: JudgedText, grammar: Grammar, file: string): Unit[] {
  if (text.sql === undefined) {
    return [{ line: text.line, sql: '', changes: [{ kind: 'unjudged', why: text.why ?? 'it is not known' }] }]
  }
  const { sql } = text
  const lineOf = (counter: (offset: number) => number) => (offset: number) =>
    text.inFile ? text.line + counter(offset) : text.line
  const statements = readStatements(sql, grammar)
  const lineOfStatement = lineOf(lineCounter(sql))
  const lineOfWaiver = lineOf((offset) => sql.slice(0, offset).split('\n').length - 1)
  const written = waiversInSql(sql, statements, grammar, { file, lineOf: lineOfWaiver })
  const units = statements.flatMap((statement, index) =>
    unitsOfStatement(statement, lineOfStatement(statement.offset), text.inFile, grammar).map((unit) => ({
      ...unit,
      waivers: written.beside[index] ?? [],
    })),
  )
  if (written.loose.length === 0) return units
  const end = lineOfStatement(sql.length)
  return [...units, { line: end, sql: '', changes: [{ kind: 'harmless' }], waivers: written.loose }]
}

function unitsOfStatement(
  { node, failure, sql }: SqlStatement,
  line: number,
  inFile: boolean,
  grammar: Grammar,
): Unit[] {
  if (node === undefined)
    return [{ line, sql, changes: [{ kind: 'unjudged', why: failure ?? 'it cannot be read' }] }]
  if (!('DoStmt' in node))
    return [{ line, sql, changes: changesOf(node).map((change) => withBody(change, sql, grammar)), node }]
  const inner = readDoBlock(node.DoStmt, grammar)
  if (inner === undefined) {
    return [{ line, sql, changes: [{ kind: 'unjudged', why: 'the body of this DO block cannot be read' }] }]
  }
  const bodyLine = line + (sql.slice(0, sql.search(/\$|'/)).split('\n').length - 1)
  const units = inner.flatMap((part): Unit[] => {
    const at = inFile ? bodyLine + part.line : line
    if ('unknown' in part) return [{ line: at, sql, changes: [{ kind: 'unjudged', why: part.unknown }] }]
    return readStatements(part.sql, grammar).flatMap((statement) =>
      unitsOfStatement(statement, at, false, grammar),
    )
  })
  return units.length === 0 ? [{ line, sql, changes: [{ kind: 'harmless' }] }] : units
}

/** A function for triggers can be read through by those that come after it; most never need it. */
function withBody(change: Change, sql: string, grammar: Grammar): Change {
  if (change.kind !== 'create function' || change.returns !== 'trigger') return change
  let read: { readonly body: TriggerBody | undefined } | undefined
  return { ...change, body: () => (read ??= { body: readTriggerBody(sql, grammar) }).body }
}

/** Lines before an offset; offsets come in rising order, so each letter is looked at once. */
function lineCounter(text: string): (offset: number) => number {
  const nextBreak = (from: number) => {
    const found = text.indexOf('\n', from)
    return found < 0 ? Infinity : found
  }
  // Kept from call to call: all statements may stand in one line.
  let next = nextBreak(0)
  let lines = 0
  return (offset) => {
    while (next < offset) {
      next = nextBreak(next + 1)
      lines += 1
    }
    return lines
  }
}
