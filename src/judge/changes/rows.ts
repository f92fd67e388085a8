import type { Change, Name } from '../change.js'
import { comparisonsOf, constantText } from '../sql/comparisons.js'
import { expressionOf, walk } from '../sql/expressions.js'
import type { Node } from '../sql/grammar.js'
import { nameOf, strings } from '../sql/names.js'
import { createFilled } from './create.js'
import { isKnownFunction } from './known-functions.js'

/** What a statement does to rows: one change for each table that it writes, and what the functions it calls may do. */
export function rows(node: Node): Change[] {
  const changes: Change[] = []
  const unknown = new Set<string>()
  walk(node, (found) => {
    if ('InsertStmt' in found) {
      const select = found.InsertStmt.selectStmt
      const table = nameOf(found.InsertStmt.relation)
      changes.push({ ...written, does: 'insert', table, values: select === undefined || isSmall(select) })
    }
    if ('UpdateStmt' in found) changes.push(write('update', found.UpdateStmt))
    if ('DeleteStmt' in found) changes.push(write('delete', found.DeleteStmt))
    if ('MergeStmt' in found) {
      changes.push({ ...written, does: 'merge', table: nameOf(found.MergeStmt.relation) })
    }
    if ('FuncCall' in found) {
      const parts = strings(found.FuncCall.funcname)
      changes.push(...settingOf(parts.at(-1), found.FuncCall.args))
      if (!isKnownFunction(parts)) unknown.add(parts.join('.'))
    }
  })
  if ('SelectStmt' in node && node.SelectStmt.intoClause !== undefined) {
    changes.push(...createFilled(node.SelectStmt.intoClause))
  }
  changes.push(...reading(node))
  for (const name of unknown) {
    changes.push({ kind: 'unjudged', why: `what the function ${name}() does cannot be read here` })
  }
  return changes.length === 0 ? [{ kind: 'harmless' }] : changes
}

/** A query that goes through whole tables: nothing in it says that it reads a few rows only. */
function reading(node: Node): Change[] {
  if (!('SelectStmt' in node)) return []
  const { fromClause, whereClause, limitCount, targetList } = node.SelectStmt
  const isBounded =
    limitCount !== undefined || comparisonsOf(whereClause).some(({ operator }) => operator === '=')
  if (fromClause === undefined || isBounded || isExtreme(targetList)) return []
  const tables: Name[] = []
  walk(fromClause, (found) => {
    if ('RangeVar' in found) tables.push(nameOf(found.RangeVar))
  })
  const own = tables.filter(
    ({ schema, name }) =>
      schema !== 'information_schema' && schema !== 'pg_catalog' && !name.startsWith('pg_'),
  )
  return own.length === 0 ? [] : [{ kind: 'read', tables: own }]
}

/** max(id) and min(id), which an index answers. */
const isExtreme = (targets: readonly Node[] | undefined) =>
  (targets ?? []).every(
    (node) =>
      'ResTarget' in node &&
      node.ResTarget.val !== undefined &&
      expressionOf(node.ResTarget.val).functions.some((name) => name === 'max' || name === 'min'),
  )

const written = { kind: 'write', whole: false, equals: [], limited: false, values: false } as const

/** VALUES, or a SELECT of constants. */
const isSmall = (select: Node) =>
  'SelectStmt' in select &&
  ((select.SelectStmt.valuesLists ?? []).length > 0 ||
    (select.SelectStmt.fromClause === undefined && select.SelectStmt.op === 'SETOP_NONE'))

function write(
  does: 'update' | 'delete',
  statement: { readonly relation?: object; readonly whereClause?: Node },
): Change {
  const { whereClause } = statement
  const compared = comparisonsOf(whereClause).filter(
    ({ operator, values }) => operator === '=' && !values.some((value) => /^(?:true|false)$/.test(value)),
  )
  let limited = whereClause !== undefined && 'CurrentOfExpr' in whereClause
  walk(statement, (found) => {
    if ('SelectStmt' in found && found.SelectStmt.limitCount !== undefined) limited = true
  })
  return {
    ...written,
    does,
    table: nameOf(statement.relation),
    whole: whereClause === undefined,
    equals: compared.map(({ column }) => column),
    limited,
  }
}

/** `set_config('search_path', '', false)` is a SET. */
function settingOf(name: string | undefined, args: readonly Node[] | undefined): Change[] {
  if (name !== 'set_config') return []
  const [setting, value, local] = (args ?? []).map(constantText)
  return setting === undefined ? [] : [{ kind: 'set', setting, value, local: local === 'true' }]
}
