/** A table or an index, as the statement names it. */
export interface RelationName {
  readonly schema: string | undefined
  readonly name: string
}

export interface Relation {
  readonly location?: number
  readonly schemaname?: string
  readonly relname?: string
  readonly relpersistence?: string
}

interface AlterTableCommand {
  readonly subtype?: string
  readonly def?: { readonly PartitionCmd?: { readonly name?: Relation; readonly concurrent?: boolean } }
}

/** One statement of the parse tree; exactly one of these is there, or another kind that nobody looks at. */
export interface Node {
  readonly IndexStmt?: {
    readonly idxname?: string
    readonly concurrent?: boolean
    readonly unique?: boolean
    readonly if_not_exists?: boolean
    readonly relation?: Relation
  }
  readonly DropStmt?: {
    readonly missing_ok?: boolean
    readonly objects?: readonly { readonly List?: { readonly items?: readonly Text[] } }[]
  }
  readonly ReindexStmt?: { readonly relation?: Relation }
  readonly AlterTableStmt?: {
    readonly relation?: Relation
    readonly cmds?: readonly { readonly AlterTableCmd?: AlterTableCommand }[]
  }
  readonly TransactionStmt?: {
    readonly kind?: string
    readonly chain?: boolean
    readonly options?: readonly unknown[]
    readonly gid?: string
  }
  readonly CreateStmt?: { readonly relation?: Relation; readonly oncommit?: string }
  readonly CreateTableAsStmt?: { readonly into?: Into }
  readonly SelectStmt?: { readonly intoClause?: Into }
  readonly ViewStmt?: { readonly view?: Relation }
  readonly CreateSeqStmt?: { readonly sequence?: Relation }
}

export interface Into {
  readonly rel?: Relation
  readonly onCommit?: string
}

interface Text {
  readonly String?: { readonly sval?: string }
}

/** Whether it says CONCURRENTLY: CREATE and DROP INDEX, DETACH and REFRESH carry a flag, REINDEX an option. */
export function isConcurrent(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  const entries = Object.entries(node)
  return entries.some(
    ([key, value]) =>
      (key === 'concurrent' && value === true) ||
      (key === 'defname' && value === 'concurrently') ||
      isConcurrent(value),
  )
}

/** The name of a relation, where the node has one. */
export const named = (relation: Relation | undefined): RelationName | undefined =>
  relation?.relname === undefined ? undefined : { schema: relation.schemaname, name: relation.relname }
