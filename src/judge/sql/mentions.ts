import { walk } from './expressions.js'
import type { Node } from './grammar.js'
import { strings } from './names.js'

/**
 * Whether a text stands as a constant in a statement behind the one at an index; also in the body of a function in
 * SQL, which is read at once. The statements are read through when the first question comes, and only then.
 */
export function createMentions(
  nodes: readonly (Node | undefined)[],
): (text: string, behind: number) => boolean {
  let last: ReadonlyMap<string, number> | undefined
  let bodies: readonly { readonly body: string; readonly at: number }[] = []
  return (text, behind) => {
    if (last === undefined) {
      last = lastPlaces(nodes)
      bodies = nodes.flatMap((node, at) => bodiesOf(node).map((body) => ({ body, at })))
    }
    if ((last.get(text) ?? -1) > behind) return true
    const quoted = `'${text.replaceAll("'", "''")}'`
    return bodies.some(({ body, at }) => at > behind && body.includes(quoted))
  }
}

function lastPlaces(nodes: readonly (Node | undefined)[]): Map<string, number> {
  const places = new Map<string, number>()
  for (const [at, node] of nodes.entries()) {
    walk(node, (inside) => {
      const text = 'A_Const' in inside ? inside.A_Const.sval?.sval : undefined
      if (text !== undefined) places.set(text, at)
    })
  }
  return places
}

function bodiesOf(node: Node | undefined): string[] {
  if (node === undefined || !('CreateFunctionStmt' in node)) return []
  const given = (node.CreateFunctionStmt.options ?? []).flatMap((option) =>
    'DefElem' in option ? [option.DefElem] : [],
  )
  const textsOf = (name: string) =>
    given.flatMap(({ defname, arg }) =>
      defname !== name || arg === undefined ? [] : strings('List' in arg ? arg.List.items : [arg]),
    )
  return textsOf('language')[0]?.toLowerCase() === 'sql' ? textsOf('as') : []
}
