import { isConcurrent, named, type Node, type RelationName } from './nodes.js'

/** What a statement waits for once it has begun, and the table or index it is about. */
export interface Waits {
  readonly waitsFor: 'snapshots' | 'users' | 'workers'
  readonly relation: RelationName | undefined
}

/** An index under construction; names as they stand in the catalog. */
export interface IndexBuild {
  readonly schema: string | undefined
  readonly table: string
  /** Undefined where PostgreSQL is to find a name. */
  readonly index: string | undefined
  readonly unique: boolean
  readonly ifNotExists: boolean
  /** The statement's text after the name of the table. */
  readonly rest: string
}

/** What is known of a statement that says CONCURRENTLY, or that waits for others in another way. */
export interface ConcurrentWork {
  /** What it builds, for CREATE INDEX CONCURRENTLY. */
  readonly builds?: IndexBuild
  /** What DROP INDEX CONCURRENTLY drops, where it must be there. */
  readonly drops?: RelationName
  /** What REINDEX CONCURRENTLY is about: a table, an index, or many of them. */
  readonly reindexes?: RelationName | 'many'
  /** What DETACH PARTITION CONCURRENTLY takes from what. */
  readonly detaches?: { readonly table: RelationName; readonly partition: RelationName }
  /** Whom it waits for by design, for those that do. */
  readonly waits?: Waits
}

/** Reads it off a node of the grammar; `after` gives the statement's text from a location on. */
export function concurrentWorkOf(node: Node, after: (location: number) => string): ConcurrentWork {
  const builds = indexBuild(node, after)
  const waits = waitsOf(node)
  const detaches = detachOf(node)
  return {
    ...(builds === undefined ? {} : { builds }),
    ...(waits === undefined ? {} : { waits, ...keptOf(node, waits.relation) }),
    ...(detaches === undefined ? {} : { detaches }),
  }
}

const part = String.raw`(?:[uU]&)?(?:"(?:[^"]|"")*"|[^\s".(]+)`
const qualifiedName = new RegExp(String.raw`^${part}(?:\s*\.\s*${part})*`)

function indexBuild({ IndexStmt: index }: Node, after: (location: number) => string): IndexBuild | undefined {
  const table = index?.relation?.relname
  if (index?.concurrent !== true || table === undefined) return undefined
  return {
    schema: index.relation?.schemaname,
    table,
    index: index.idxname,
    unique: index.unique === true,
    ifNotExists: index.if_not_exists === true,
    rest: after(index.relation?.location ?? 0)
      .replace(qualifiedName, '')
      .trim(),
  }
}

/**
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
function waitsOf(node: Node): Waits | undefined {
  const { IndexStmt, DropStmt, ReindexStmt, AlterTableStmt } = node
  const does = (subtype: string) =>
    AlterTableStmt?.cmds?.some((cmd) => cmd.AlterTableCmd?.subtype === subtype)
  if (does('AT_ValidateConstraint') === true) {
    return { waitsFor: 'workers', relation: named(AlterTableStmt?.relation) }
  }
  if (!isConcurrent(node)) return undefined
  if (IndexStmt !== undefined) return { waitsFor: 'snapshots', relation: named(IndexStmt.relation) }
  if (ReindexStmt !== undefined) return { waitsFor: 'snapshots', relation: named(ReindexStmt.relation) }
  if (does('AT_DetachPartition') === true) {
    return { waitsFor: 'users', relation: named(AlterTableStmt?.relation) }
  }
  const parts = DropStmt?.objects?.[0]?.List?.items?.map(({ String: text }) => text?.sval) ?? []
  const relname = parts.at(-1)
  const schemaname = parts.at(-2)
  if (relname === undefined) return undefined
  return { waitsFor: 'users', relation: { schema: schemaname, name: relname } }
}

function keptOf(
  { DropStmt, ReindexStmt }: Node,
  relation: RelationName | undefined,
): Pick<ConcurrentWork, 'drops' | 'reindexes'> {
  if (ReindexStmt !== undefined) return { reindexes: relation ?? 'many' }
  return DropStmt === undefined || DropStmt.missing_ok === true || relation === undefined
    ? {}
    : { drops: relation }
}

function detachOf({ AlterTableStmt }: Node): ConcurrentWork['detaches'] {
  const table = named(AlterTableStmt?.relation)
  for (const { AlterTableCmd: command } of AlterTableStmt?.cmds ?? []) {
    const partition = named(command?.def?.PartitionCmd?.name)
    if (command?.subtype !== 'AT_DetachPartition' || command.def?.PartitionCmd?.concurrent !== true) continue
    if (table !== undefined && partition !== undefined) return { table, partition }
  }
  return undefined
}
