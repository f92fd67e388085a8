import { failedError } from '../core/errors.js'
import { placeOf } from '../core/excerpt.js'
import { splitStatements, type Statement } from './statements.js'

// Every word with which a statement can begin or end a transaction; a name that holds one costs a parse.
const words = /commit|rollback|abort|\bend\b|prepare|begin|start/i

/** Whether a text may begin or end a transaction by itself; false is certain, true is not. */
export const mayControlTransaction = (sql: string): boolean => words.test(sql)

export interface OwnTransaction {
  /** The text to send: as it was, or without the BEGIN and COMMIT that stood around the whole of it. */
  readonly sql: string
  readonly unwrapped: boolean
}

/**
 * Takes a plain BEGIN and COMMIT around a whole text out, leaving blanks so that places stay: the migration is in
 * a transaction already, and a COMMIT of its own would part it from its record. Throws `rolls-back` (1) where the
 * text would undo itself and be recorded all the same.
 */
export async function withoutOwnTransaction(sql: string): Promise<OwnTransaction> {
  if (!mayControlTransaction(sql)) return { sql, unwrapped: false }
  const statements = await splitStatements(sql)
  const back = statements.find(({ transaction }) => transaction?.does === 'roll back')
  if (back !== undefined) throw rollsBack(placeOf(sql, back.offset).line, back.sql)
  const [first, last] = [statements.at(0), statements.at(-1)]
  const controls = statements.filter(({ transaction }) => transaction !== undefined)
  const wraps = controls.length === 2 && isPlain(first, 'begin') && isPlain(last, 'commit') && first !== last
  return wraps ? { sql: blank(sql, controls), unwrapped: true } : { sql, unwrapped: false }
}

const isPlain = (statement: Statement | undefined, does: string) =>
  statement?.transaction?.does === does && statement.transaction.plain

function blank(sql: string, statements: readonly Statement[]): string {
  let text = sql
  for (const { offset, sql: statement } of statements) {
    text = text.slice(0, offset) + ' '.repeat(statement.length) + text.slice(offset + statement.length)
  }
  return text
}

/** The error of a migration whose work is lost because it rolled it back by itself. */
export const rollsBack = (line?: number, statement = 'ROLLBACK') =>
  failedError(
    'rolls-back',
    `The migration undoes its own work${line === undefined ? '' : ` in line ${line} of its SQL`}: ${statement}.`,
    {
      todo: [
        'Take it out: a migration runs in a transaction of its own, which is rolled back when it fails. To undo a part, use SAVEPOINT and ROLLBACK TO SAVEPOINT.',
      ],
    },
  )
