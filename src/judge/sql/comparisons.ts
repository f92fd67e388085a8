import type { Bound, Comparison } from '../bounds.js'
import type { Node } from './grammar.js'
import { strings } from './names.js'

/** What an expression says of single columns and constants, as long as all of it has to hold: `k >= 1 AND k < 9`. */
export function comparisonsOf(node: Node | undefined): Comparison[] {
  if (node === undefined) return []
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') {
    return (node.BoolExpr.args ?? []).flatMap((part) => comparisonsOf(part))
  }
  if (!('A_Expr' in node)) return []
  const { kind, name, lexpr, rexpr } = node.A_Expr
  const operator = strings(name).at(-1) ?? ''
  const [left, right] = [columnName(lexpr), columnName(rexpr)]
  if (kind === 'AEXPR_IN' && operator === '=' && left !== undefined) {
    const values = constants(rexpr !== undefined && 'List' in rexpr ? rexpr.List.items : undefined)
    return values === undefined ? [] : [{ column: left, operator: '=', values }]
  }
  if (kind !== 'AEXPR_OP') return []
  const column = left ?? right
  const value = constantText(left === undefined ? lexpr : rexpr)
  if (column === undefined || value === undefined) return []
  return [
    { column, operator: left === undefined ? (turned[operator] ?? operator) : operator, values: [value] },
  ]
}

const turned: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

function columnName(node: Node | undefined): string | undefined {
  return node !== undefined && 'ColumnRef' in node ? strings(node.ColumnRef.fields).at(-1) : undefined
}

/** A constant as a text, however it is cast: `'2024-01-01'::date` is 2024-01-01. */
export function constantText(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if ('TypeCast' in node) return constantText(node.TypeCast.arg)
  if (!('A_Const' in node)) return undefined
  const { sval, ival, fval, boolval, isnull } = node.A_Const
  if (isnull === true) return undefined
  if (sval !== undefined) return sval.sval ?? ''
  if (fval !== undefined) return fval.fval
  if (boolval !== undefined) return String(boolval.boolval === true)
  return ival === undefined ? undefined : String(ival.ival ?? 0)
}

function constants(nodes: readonly Node[] | undefined): string[] | undefined {
  const found = (nodes ?? []).map((node) => constantText(node))
  return found.every((value) => value !== undefined) ? found : undefined
}

type BoundNode = Extract<Node, { PartitionBoundSpec: unknown }>['PartitionBoundSpec']

/** FOR VALUES of a partition, or DEFAULT. */
export function boundOf(spec: BoundNode | undefined): Bound | undefined {
  if (spec === undefined) return undefined
  if (spec.is_default === true) return { of: 'default', sql: 'DEFAULT' }
  if (spec.strategy === 'h') {
    return {
      of: 'hash',
      sql: `FOR VALUES WITH (MODULUS ${spec.modulus ?? 1}, REMAINDER ${spec.remainder ?? 0})`,
    }
  }
  if (spec.strategy === 'l') {
    const sql = `FOR VALUES IN (${(spec.listdatums ?? []).map(literal).join(', ')})`
    return { of: 'list', sql, values: constants(spec.listdatums) ?? [] }
  }
  const { lowerdatums = [], upperdatums = [] } = spec
  const sql = `FOR VALUES FROM (${lowerdatums.map(literal).join(', ')}) TO (${upperdatums.map(literal).join(', ')})`
  const single = lowerdatums.length === 1
  return {
    of: 'range',
    sql,
    from: single ? constantText(lowerdatums[0]) : undefined,
    to: single ? constantText(upperdatums[0]) : undefined,
  }
}

function literal(node: Node): string {
  if ('ColumnRef' in node) return (strings(node.ColumnRef.fields)[0] ?? '').toUpperCase()
  const text = constantText(node)
  if (text === undefined) return '...'
  const isNumber = 'A_Const' in node && (node.A_Const.ival !== undefined || node.A_Const.fval !== undefined)
  return isNumber ? text : `'${text.replaceAll("'", "''")}'`
}
