import { walk } from './expressions.js'
import type { Node } from './grammar.js'
import { strings } from './names.js'

/** Whether a text stands in a statement as a constant; also in the body of a function in SQL, which is read at once. */
export function mentions(node: Node, text: string): boolean {
  if ('CreateFunctionStmt' in node) return isInBody(node.CreateFunctionStmt.options, text)
  let found = false
  walk(node, (inside) => {
    if ('A_Const' in inside && inside.A_Const.sval?.sval === text) found = true
  })
  return found
}

function isInBody(options: readonly Node[] | undefined, text: string): boolean {
  const given = (options ?? []).flatMap((option) => ('DefElem' in option ? [option.DefElem] : []))
  const textsOf = (name: string) =>
    given.flatMap(({ defname, arg }) =>
      defname !== name || arg === undefined ? [] : strings('List' in arg ? arg.List.items : [arg]),
    )
  if (textsOf('language')[0]?.toLowerCase() !== 'sql') return false
  return textsOf('as').some((body) => body.includes(`'${text.replaceAll("'", "''")}'`))
}
