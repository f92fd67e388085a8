import type { Change } from '../change.js'
import type { Node } from '../sql/grammar.js'

type VariableSet = Extract<Node, { VariableSetStmt: unknown }>['VariableSetStmt']
type Transaction = Extract<Node, { TransactionStmt: unknown }>['TransactionStmt']

/** SET and RESET; a value that is no single constant is undefined, as a default is. */
export function setting(statement: VariableSet): Change[] {
  const [first] = statement.args ?? []
  const constant = first !== undefined && 'A_Const' in first ? first.A_Const : undefined
  const value =
    constant?.sval?.sval ?? (constant?.ival === undefined ? undefined : String(constant.ival.ival ?? 0))
  return [{ kind: 'set', setting: statement.name ?? 'all', value, local: statement.is_local === true }]
}

export function transaction({ kind }: Transaction): Change[] {
  const word = kind ?? ''
  const does = /BEGIN|START/.test(word)
    ? 'begin'
    : /SAVEPOINT|RELEASE|ROLLBACK_TO/.test(word)
      ? 'savepoint'
      : word.startsWith('TRANS_STMT_ROLLBACK')
        ? 'roll back'
        : 'commit'
  return [{ kind: 'transaction', does }]
}
