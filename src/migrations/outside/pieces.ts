import { createHash } from 'node:crypto'
import type { SqlStep } from '../build.js'
import { splitStatements, type Statement } from '../statements.js'

/** One statement of a migration outside a transaction. */
export interface Piece {
  readonly statement: Statement
  readonly at: SqlStep
  /** Its number, from 0, among those that are kept; undefined: it only sets something in the session, each time. */
  readonly place: number | undefined
  /** Tells whether the file still says the same. */
  readonly hash: string
}

/** Splits steps into statements: several in one message would be one implicit transaction. */
export async function piecesOf(steps: readonly SqlStep[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  let places = 0
  for (const step of steps) {
    for (const statement of await splitStatements(step.sql)) {
      const at = step.offset === undefined ? step : { ...step, offset: step.offset + statement.offset }
      const place = statement.session === 'setting' ? undefined : places++
      pieces.push({ statement, at, place, hash: hashOf(statement.sql) })
    }
  }
  return pieces
}

const hashOf = (sql: string) =>
  createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex').slice(0, 32)
