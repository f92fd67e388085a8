import { doBody } from '../sql/do-block.js'
import type { Grammar, Node } from '../sql/grammar.js'
import { readComment, type WrittenWaiver } from './waiver.js'

/** The place of a statement in its text, in UTF-16 units. */
export interface Span {
  readonly offset: number
  readonly sql: string
  readonly node?: Node | undefined
}

export interface SqlWaivers {
  /** Waivers of each statement, in the order of the statements. */
  readonly beside: readonly (readonly WrittenWaiver[])[]
  /** Those behind which no statement comes. */
  readonly loose: readonly WrittenWaiver[]
}

/**
 * The waivers in the comments of a text, each with the statement that it stands in, at the end of whose line it
 * stands, or before which it stands; one in the body of a DO block is for all of the block. `lineOf` says the line to show for an offset. What cannot be scanned has none.
 */
export function waiversInSql(
  text: string,
  statements: readonly Span[],
  grammar: Grammar,
  at: { readonly file: string; readonly lineOf: (offset: number) => number },
): SqlWaivers {
  const beside: WrittenWaiver[][] = statements.map(() => [])
  const loose: WrittenWaiver[] = []
  // The scanner takes its time with a large text, and hardly any text has a waiver.
  if (!/release:\s*allow/i.test(text)) return { beside, loose }
  for (const { comment, offset } of commentsIn(text, grammar)) {
    const target = beside[ownerOf(text, statements, offset)] ?? loose
    target.push(...readComment(comment, at.file, at.lineOf(offset)))
  }
  for (const [index, { node, sql, offset: start }] of statements.entries()) {
    const body = node !== undefined && 'DoStmt' in node ? doBody(node.DoStmt) : undefined
    if (body === undefined) continue
    // A body in simple quotes stands there with its quotes doubled; then the block's own line is shown.
    const inside = Math.max(0, sql.indexOf(body))
    for (const { comment, offset } of commentsIn(body, grammar)) {
      const place = sql.includes(body) ? start + inside + offset : start
      beside[index]?.push(...readComment(comment, at.file, at.lineOf(place)))
    }
  }
  return { beside, loose }
}

function commentsIn(text: string, grammar: Grammar): { readonly comment: string; readonly offset: number }[] {
  if (!/release:\s*allow/i.test(text)) return []
  const bytes = Buffer.from(text, 'utf8')
  return (grammar.comments(text) ?? []).flatMap(({ startByte, endByte }) => {
    const comment = bytes.subarray(startByte, endByte).toString('utf8')
    if (!/release:\s*allow/i.test(comment)) return []
    return [{ comment, offset: bytes.subarray(0, startByte).toString('utf8').length }]
  })
}

/** The index of the statement that a comment belongs to; behind the last one there is none. */
function ownerOf(text: string, statements: readonly Span[], offset: number): number {
  const next = statements.findIndex((statement) => statement.offset > offset)
  const before = next < 0 ? statements.length - 1 : next - 1
  const last = statements[before]
  if (last !== undefined) {
    const end = last.offset + last.sql.length
    if (offset < end || !text.slice(end, offset).includes('\n')) return before
  }
  return next < 0 ? statements.length : next
}
