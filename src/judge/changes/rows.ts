import type { Change } from '../change.js'
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
      const values =
        select === undefined || ('SelectStmt' in select && (select.SelectStmt.valuesLists ?? []).length > 0)
      changes.push({
        kind: 'write',
        does: 'insert',
        table: nameOf(found.InsertStmt.relation),
        whole: false,
        values,
      })
    }
    if ('UpdateStmt' in found) changes.push(write('update', found.UpdateStmt))
    if ('DeleteStmt' in found) changes.push(write('delete', found.DeleteStmt))
    if ('MergeStmt' in found) {
      changes.push({
        kind: 'write',
        does: 'merge',
        table: nameOf(found.MergeStmt.relation),
        whole: true,
        values: false,
      })
    }
    if ('FuncCall' in found) {
      const parts = strings(found.FuncCall.funcname)
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

function write(
  does: 'update' | 'delete',
  statement: { readonly relation?: object; readonly whereClause?: Node },
): Change {
  return {
    kind: 'write',
    does,
    table: nameOf(statement.relation),
    whole: statement.whereClause === undefined,
    values: false,
  }
}
