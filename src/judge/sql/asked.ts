import type { Name } from '../change.js'
import { walk } from './expressions.js'
import type { Node } from './grammar.js'
import { nameOf, nameOfParts, strings } from './names.js'

/** What a query asks for by name. */
export interface Asked {
  /** Tables and views, but for the names that the query itself gives (WITH). */
  readonly relations: readonly Name[]
  readonly functions: readonly Name[]
}

export function askedOf(node: Node): Asked {
  const relations: Name[] = []
  const functions: Name[] = []
  const own = new Set<string>()
  walk(node, (inside) => {
    if ('CommonTableExpr' in inside) own.add(inside.CommonTableExpr.ctename ?? '')
    if ('FuncCall' in inside) functions.push(nameOfParts(strings(inside.FuncCall.funcname)))
    // A table that is written to stands there without its kind.
    if ('relname' in inside) relations.push(nameOf(inside as Parameters<typeof nameOf>[0]))
  })
  return {
    relations: relations.filter(({ schema, name }) => schema !== undefined || !own.has(name)),
    functions,
  }
}
