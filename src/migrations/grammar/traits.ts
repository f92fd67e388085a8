import { concurrentWorkOf, type ConcurrentWork } from './concurrent-work.js'
import { isConcurrent, type Node } from './nodes.js'

/** What matters of a statement that runs outside a transaction. */
export interface Traits extends ConcurrentWork {
  /** It says CONCURRENTLY: it waits for other transactions by design and cannot be tried again for free. */
  readonly concurrent: boolean
  /** How it begins or ends a transaction, for those that do. */
  readonly transaction?: TransactionControl
  /** The session alone keeps what it makes: a setting, or a temporary table that outlives its transaction. */
  readonly session?: 'setting' | 'table'
}

/** `plain`: without an isolation level, a chain or a name. Savepoints are none of these. */
export interface TransactionControl {
  readonly does: 'begin' | 'commit' | 'roll back'
  readonly plain: boolean
}

/** Reads them off a statement of the grammar; `after` gives the statement's text from a location on. */
export function traitsOf(statement: unknown, after: (location: number) => string): Traits {
  const node = (statement ?? {}) as Node
  const transaction = transactionControl(node)
  const session = sessionOf(node)
  return {
    concurrent: isConcurrent(node),
    ...concurrentWorkOf(node, after),
    ...(transaction === undefined ? {} : { transaction }),
    ...(session === undefined ? {} : { session }),
  }
}

const transactionWords: Readonly<Record<string, TransactionControl['does']>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_PREPARE: 'commit',
  TRANS_STMT_ROLLBACK: 'roll back',
}

function transactionControl({ TransactionStmt: statement }: Node): TransactionControl | undefined {
  const does = transactionWords[statement?.kind ?? '']
  if (statement === undefined || does === undefined) return undefined
  const { chain, options, gid } = statement
  return { does, plain: chain !== true && (options ?? []).length === 0 && (gid ?? '') === '' }
}

const settings = new Set([
  'VariableSetStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'DiscardStmt',
  'ListenStmt',
  'UnlistenStmt',
  'LoadStmt',
])

function sessionOf(node: Node): Traits['session'] {
  if (Object.keys(node).some((kind) => settings.has(kind))) return 'setting'
  const { CreateStmt, CreateTableAsStmt, SelectStmt, ViewStmt, CreateSeqStmt } = node
  const into = CreateTableAsStmt?.into ?? SelectStmt?.intoClause
  const made = [CreateStmt?.relation, into?.rel, ViewStmt?.view, CreateSeqStmt?.sequence]
  const isTemporary = made.some(
    (relation) => relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp',
  )
  const dropped = [CreateStmt?.oncommit, into?.onCommit].includes('ONCOMMIT_DROP')
  return isTemporary && !dropped ? 'table' : undefined
}
