/** One statement of a text, and where it stands in it, in UTF-16 units. */
export interface Statement {
  readonly sql: string
  readonly offset: number
  /** It says CONCURRENTLY: it waits for other transactions by design and cannot be tried again for free. */
  readonly concurrent: boolean
  /** What it builds, for CREATE INDEX CONCURRENTLY. */
  readonly builds?: IndexBuild
  /** What DROP INDEX CONCURRENTLY drops, where it must be there. */
  readonly drops?: RelationName
  /** What REINDEX CONCURRENTLY is about: a table, an index, or many of them. */
  readonly reindexes?: RelationName | 'many'
  /** Whom it waits for by design, for those that do. */
  readonly waits?: Waits
  /** How it begins or ends a transaction, for those that do. */
  readonly transaction?: TransactionControl
}

/** `plain`: without an isolation level, a chain or a name. Savepoints are none of these. */
export interface TransactionControl {
  readonly does: 'begin' | 'commit' | 'roll back'
  readonly plain: boolean
}

/** What a statement waits for once it has begun, and the table or index it is about. */
export interface Waits {
  readonly waitsFor: 'snapshots' | 'users' | 'workers'
  readonly relation: RelationName | undefined
}

export interface RelationName {
  readonly schema: string | undefined
  readonly name: string
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

interface ParsedStatement {
  readonly stmt?: unknown
  readonly stmt_location?: number
  readonly stmt_len?: number
}

/**
 * Splits a text into its statements with PostgreSQL's own grammar; loaded only here, because most runs need
 * no splitting. A text that the grammar does not take comes back whole: the server will say what is wrong.
 */
export async function splitStatements(sql: string): Promise<Statement[]> {
  const { loadModule, parseSync } = await import('libpg-query')
  await loadModule()
  let parsed: readonly ParsedStatement[]
  try {
    parsed = (parseSync(sql) as { stmts?: readonly ParsedStatement[] }).stmts ?? []
  } catch {
    return [{ sql, offset: 0, concurrent: false }]
  }
  // The grammar counts bytes of UTF-8.
  const bytes = Buffer.from(sql, 'utf8')
  // Counted on from statement to statement: from the beginning each time, a large dump would take for ever.
  const reached = { byte: 0, unit: 0 }
  return parsed.map((statement) => {
    const from = statement.stmt_location ?? 0
    reached.unit += bytes.subarray(reached.byte, from).toString('utf8').length
    reached.byte = from
    const to = statement.stmt_len === undefined ? bytes.length : from + statement.stmt_len
    const raw = bytes.subarray(from, to).toString('utf8')
    const lead = raw.length - raw.trimStart().length
    const after = (location: number) => bytes.subarray(location, to).toString('utf8')
    const builds = indexBuild(statement.stmt, after)
    const waits = waitsOf(statement.stmt)
    const kept = waits === undefined ? {} : keptOf(statement.stmt, waits.relation)
    const transaction = transactionControl(statement.stmt)
    return {
      sql: raw.trim(),
      offset: reached.unit + lead,
      concurrent: isConcurrent(statement.stmt),
      ...(builds === undefined ? {} : { builds }),
      ...(waits === undefined ? {} : { waits }),
      ...(transaction === undefined ? {} : { transaction }),
      ...kept,
    }
  })
}

// CREATE and DROP INDEX, DETACH PARTITION and REFRESH carry a flag, REINDEX an option.
function isConcurrent(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  const entries = Object.entries(node)
  return entries.some(
    ([key, value]) =>
      (key === 'concurrent' && value === true) ||
      (key === 'defname' && value === 'concurrently') ||
      isConcurrent(value),
  )
}

interface Relation {
  readonly location?: number
  readonly schemaname?: string
  readonly relname?: string
}

interface Node {
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
  readonly TransactionStmt?: {
    readonly kind?: string
    readonly chain?: boolean
    readonly options?: readonly unknown[]
    readonly gid?: string
  }
  readonly AlterTableStmt?: {
    readonly relation?: Relation
    readonly cmds?: readonly { readonly AlterTableCmd?: { readonly subtype?: string } }[]
  }
}

interface Text {
  readonly String?: { readonly sval?: string }
}

const transactionWords: Readonly<Record<string, TransactionControl['does']>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_PREPARE: 'commit',
  TRANS_STMT_ROLLBACK: 'roll back',
}

function transactionControl(node: unknown): TransactionControl | undefined {
  const { TransactionStmt: statement } = (node ?? {}) as Node
  const does = transactionWords[statement?.kind ?? '']
  if (statement === undefined || does === undefined) return undefined
  const { chain, options, gid } = statement
  return { does, plain: chain !== true && (options ?? []).length === 0 && (gid ?? '') === '' }
}

const part = String.raw`(?:[uU]&)?(?:"(?:[^"]|"")*"|[^\s".(]+)`
const qualifiedName = new RegExp(String.raw`^${part}(?:\s*\.\s*${part})*`)

function indexBuild(node: unknown, after: (location: number) => string): IndexBuild | undefined {
  const { IndexStmt: index } = (node ?? {}) as Node
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
function waitsOf(node: unknown): Waits | undefined {
  const { IndexStmt, DropStmt, ReindexStmt, AlterTableStmt } = (node ?? {}) as Node
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

const named = (relation: Relation | undefined): RelationName | undefined =>
  relation?.relname === undefined ? undefined : { schema: relation.schemaname, name: relation.relname }

function keptOf(node: unknown, relation: RelationName | undefined): Pick<Statement, 'drops' | 'reindexes'> {
  const { DropStmt, ReindexStmt } = (node ?? {}) as Node
  if (ReindexStmt !== undefined) return { reindexes: relation ?? 'many' }
  return DropStmt === undefined || DropStmt.missing_ok === true || relation === undefined
    ? {}
    : { drops: relation }
}
