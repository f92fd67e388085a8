import { setFlagsFromString } from 'node:v8'
import type { Node, RawStmt } from 'libpg-query'

export type { Node } from 'libpg-query'

/** A statement as the grammar read it; offsets count UTF-8 bytes of the text. */
export interface GrammarStatement {
  readonly node: Node
  readonly startByte: number
  readonly endByte: number
}

/** Why a text could not be read, and where: a character counted from 0. */
export interface SyntaxFailure {
  readonly message: string
  readonly character: number
}

/** PostgreSQL's own grammar. https://github.com/pganalyze/libpg_query */
export interface Grammar {
  /** Throws nothing: a text that the grammar does not take comes back as a failure. */
  parse(text: string): readonly GrammarStatement[] | SyntaxFailure
  /** Bodies of PL/pgSQL, as `CREATE FUNCTION` and `DO` hold them; undefined where they cannot be read. */
  parsePlPgSQL(text: string): unknown
  /** Byte offsets of the semicolons that stand outside strings, comments and parentheses; undefined: unreadable. */
  semicolons(text: string): readonly number[] | undefined
  /** Where the comments of a text stand, `--` and block comments alike; undefined: unreadable. */
  comments(text: string): readonly ByteSpan[] | undefined
}

/** Offsets count UTF-8 bytes. */
export interface ByteSpan {
  readonly startByte: number
  readonly endByte: number
}

/** Loads the grammar: some 25 ms, so only where there is something to judge. */
export async function loadGrammar(): Promise<Grammar> {
  withoutOptimizer()
  const { loadModule, parseSync, parsePlPgSQLSync, scanSync, hasSqlDetails } = await import('libpg-query')
  await loadModule()
  const tokensOf = (text: string) => {
    try {
      return scanSync(text).tokens
    } catch {
      return undefined
    }
  }
  return {
    parse: (text) => {
      if (text.trim() === '') return []
      const length = Buffer.byteLength(text)
      try {
        return (parseSync(text).stmts ?? []).flatMap((raw) => statementOf(raw, length))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return {
          message,
          character: hasSqlDetails(error) ? Math.max(0, error.sqlDetails?.cursorPosition ?? 0) : 0,
        }
      }
    },
    parsePlPgSQL: (text) => {
      try {
        return parsePlPgSQLSync(text)
      } catch {
        return undefined
      }
    },
    semicolons: (text) => tokensOf(text)?.flatMap(({ text: token, start }) => (token === ';' ? [start] : [])),
    comments: (text) =>
      tokensOf(text)?.flatMap(({ tokenName, start, end }) =>
        tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT' ? [{ startByte: start, endByte: end }] : [],
      ),
  }
}

/**
 * V8 compiles WebAssembly a second time, with its optimizer, as soon as it is a little used. For PostgreSQL's parser, one
 * function of tens of thousands of instructions, that takes longer than a thousand migrations, and the process does
 * not end before it is done. https://v8.dev/docs/wasm-compilation-pipeline#turbofan
 */
function withoutOptimizer(): void {
  const [major = 0] = process.versions.node.split('.').map(Number)
  // A flag that a later V8 does not know is told of on stderr.
  if (major <= newestTried) setFlagsFromString('--liftoff-only')
}

const newestTried = 24

function statementOf(raw: RawStmt, lengthBytes: number): GrammarStatement[] {
  if (raw.stmt === undefined) return []
  const startByte = raw.stmt_location ?? 0
  const endByte = raw.stmt_len === undefined ? lengthBytes : startByte + raw.stmt_len
  return [{ node: raw.stmt, startByte, endByte }]
}
