import type { Expression } from '../change.js'
import { comparisonsOf } from './comparisons.js'
import type { Node } from './grammar.js'
import { strings } from './names.js'

/** What the rules ask about an expression. `text` is how it is written, where that is known. */
export function expressionOf(node: Node | undefined, text = ''): Expression {
  const functions = new Set<string>()
  const columns = new Set<string>()
  walk(node, (found) => {
    if ('FuncCall' in found) functions.add((strings(found.FuncCall.funcname).at(-1) ?? '').toLowerCase())
    if ('SQLValueFunction' in found) functions.add(valueFunction(found.SQLValueFunction.op))
    if ('ColumnRef' in found) {
      const column = strings(found.ColumnRef.fields).at(-1)
      if (column !== undefined) columns.add(column)
    }
  })
  return {
    sql: text,
    functions: [...functions],
    columns: [...columns],
    provesNotNull: provenNotNull(node),
    constant: isConstant(node),
    null: isNull(node),
    comparisons: comparisonsOf(node),
  }
}

/** Calls `visit` for this node and for every node inside it. */
export function walk(node: unknown, visit: (node: Node) => void): void {
  const open: unknown[] = [node]
  // By hand instead of by recursion: an expression may be nested deeper than the stack.
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    if (!Array.isArray(next)) visit(next as Node)
    const inside = Object.values(next) as unknown[]
    for (let index = inside.length - 1; index >= 0; index--) open.push(inside[index])
  }
}

// CURRENT_TIMESTAMP and its kin are stable, as now() is. https://www.postgresql.org/docs/current/functions-datetime.html
const valueFunction = (op: string | undefined): string =>
  (op ?? '')
    .replace(/^SVFOP_/, '')
    .replace(/_N$/, '')
    .toLowerCase()

function isConstant(node: Node | undefined): boolean {
  if (node === undefined) return false
  if ('A_Const' in node) return true
  if ('TypeCast' in node) return isConstant(node.TypeCast.arg)
  if ('CollateClause' in node) return isConstant(node.CollateClause.arg)
  if ('A_ArrayExpr' in node) return (node.A_ArrayExpr.elements ?? []).every((element) => isConstant(element))
  return 'A_Expr' in node && node.A_Expr.lexpr === undefined && isConstant(node.A_Expr.rexpr)
}

function isNull(node: Node | undefined): boolean {
  if (node === undefined) return false
  return 'TypeCast' in node ? isNull(node.TypeCast.arg) : 'A_Const' in node && node.A_Const.isnull === true
}

/** Columns that cannot be NULL where this holds: `a IS NOT NULL`, also in a conjunction. */
function provenNotNull(node: Node | undefined): string[] {
  if (node === undefined) return []
  if ('NullTest' in node && node.NullTest.nulltesttype === 'IS_NOT_NULL') {
    const { arg } = node.NullTest
    return arg !== undefined && 'ColumnRef' in arg ? strings(arg.ColumnRef.fields).slice(-1) : []
  }
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') {
    return (node.BoolExpr.args ?? []).flatMap((argument) => provenNotNull(argument))
  }
  return []
}
