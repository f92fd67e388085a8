import type { Change } from '../change.js'
import { comparisonsOf, constantText } from '../sql/comparisons.js'
import { walk } from '../sql/expressions.js'
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
  for (const name of unknown) {
    changes.push({ kind: 'unjudged', why: `what the function ${name}() does cannot be read here` })
  }
  return changes.length === 0 ? [{ kind: 'harmless' }] : changes
}

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
