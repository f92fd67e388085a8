import type { ColumnType, Name } from '../change.js'
import type { Node } from './grammar.js'

interface RangeVar {
  readonly schemaname?: string
  readonly relname?: string
}

export const nameOf = (relation: RangeVar | undefined): Name => ({
  schema: relation?.schemaname,
  name: relation?.relname ?? '',
})

/** The texts of a list of String nodes. */
export const strings = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []))

/** `schema.name` from its parts; a database in front is left out. */
export function nameOfParts(parts: readonly string[]): Name {
  return { schema: parts.at(-2), name: parts.at(-1) ?? '' }
}

/** The name of an object of DROP, RENAME, COMMENT: a list, a type, a function with its arguments, or a word. */
export function nameOfObject(node: Node | undefined): Name {
  return nameOfParts(partsOfObject(node))
}

/** All parts of such a name; a trigger or a policy stands behind the parts of its table. */
export function partsOfObject(node: Node | undefined): string[] {
  if (node === undefined) return []
  if ('List' in node) return strings(node.List.items)
  if ('String' in node) return [node.String.sval ?? '']
  if ('TypeName' in node) return strings(node.TypeName.names)
  if ('ObjectWithArgs' in node) return strings(node.ObjectWithArgs.objname)
  if ('RangeVar' in node) {
    const { schema, name } = nameOf(node.RangeVar)
    return schema === undefined ? [name] : [schema, name]
  }
  return []
}

interface TypeName {
  readonly names?: Node[]
  readonly typmods?: Node[]
  readonly arrayBounds?: Node[]
}

/** A type as it is written; the grammar writes `int` as `int4` of `pg_catalog` already. */
export function typeOf(type: TypeName | undefined): ColumnType {
  const parts = strings(type?.names)
  const schema = parts.length > 1 ? parts.at(-2) : undefined
  return {
    name: parts.at(-1) ?? '',
    schema: schema === 'pg_catalog' ? undefined : schema,
    modifiers: (type?.typmods ?? []).flatMap((node) =>
      'A_Const' in node && node.A_Const.ival !== undefined ? [node.A_Const.ival.ival ?? 0] : [],
    ),
    array: (type?.arrayBounds ?? []).length > 0,
  }
}
