import type { Change, Name } from '../change.js'
import type { Node } from '../sql/grammar.js'
import { nameOf, nameOfParts, strings } from '../sql/names.js'
import { alterTable } from './alter-table.js'
import { createFilled, createIndex, createTable, createType, createView } from './create.js'
import { createFunction, drop, grant, move, rename } from './objects.js'
import { policy, rule } from './policies.js'
import { rows } from './rows.js'
import { setting, transaction } from './session.js'

/**
 * What a statement does, in parts. Never empty: what is known to be without danger is `harmless`, what cannot be
 * known is `unjudged`. A DO block is not taken here; its statements are.
 */
export function changesOf(node: Node): Change[] {
  return tableChanges(node) ?? objectChanges(node) ?? otherChanges(node)
}

function tableChanges(node: Node): Change[] | undefined {
  if ('AlterTableStmt' in node) return alterTable(node.AlterTableStmt)
  if ('CreateStmt' in node) return createTable(node.CreateStmt)
  if ('CreateForeignTableStmt' in node) return createTable(node.CreateForeignTableStmt.base ?? {})
  if ('CreateTableAsStmt' in node) {
    const { into, objtype, query } = node.CreateTableAsStmt
    return createFilled(into, objtype, query)
  }
  if ('IndexStmt' in node) return createIndex(node.IndexStmt)
  if ('ViewStmt' in node) return createView(node.ViewStmt)
  if ('RefreshMatViewStmt' in node) {
    const { relation, concurrent, skipData } = node.RefreshMatViewStmt
    return [
      {
        kind: 'refresh',
        view: nameOf(relation),
        concurrently: concurrent === true,
        withData: skipData !== true,
      },
    ]
  }
  if ('ReindexStmt' in node) return reindex(node.ReindexStmt)
  if ('VacuumStmt' in node) return vacuum(node.VacuumStmt)
  if ('ClusterStmt' in node) {
    const { relation } = node.ClusterStmt
    return [{ kind: 'cluster', table: relation === undefined ? undefined : nameOf(relation) }]
  }
  if ('TruncateStmt' in node) {
    const cascade = node.TruncateStmt.behavior === 'DROP_CASCADE'
    return tablesOf(node.TruncateStmt.relations).map((table) => ({ kind: 'truncate', table, cascade }))
  }
  if ('LockStmt' in node) {
    const mode = lockModes[node.LockStmt.mode ?? 8] ?? 'ACCESS EXCLUSIVE'
    return tablesOf(node.LockStmt.relations).map((table) => ({ kind: 'lock', table, mode }))
  }
  return undefined
}

// https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES, in the order of their numbers.
const lockModes = [
  '',
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

const tablesOf = (nodes: readonly Node[] | undefined): Name[] =>
  (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [nameOf(node.RangeVar)] : []))

function objectChanges(node: Node): Change[] | undefined {
  if ('DropStmt' in node) return drop(node.DropStmt)
  if ('RenameStmt' in node) return rename(node.RenameStmt)
  if ('AlterObjectSchemaStmt' in node) return move(node.AlterObjectSchemaStmt)
  if ('GrantStmt' in node) return grant(node.GrantStmt)
  if ('CreateFunctionStmt' in node) return createFunction(node.CreateFunctionStmt)
  if ('AlterEnumStmt' in node) return alterEnum(node.AlterEnumStmt)
  if ('AlterDomainStmt' in node) return alterDomain(node.AlterDomainStmt)
  if ('CreateTrigStmt' in node) {
    const { trigname, relation, replace, timing, funcname, row } = node.CreateTrigStmt
    const before = ((timing ?? 0) & 2) !== 0
    return [
      {
        kind: 'create trigger',
        trigger: trigname ?? '',
        table: nameOf(relation),
        replace: replace === true,
        before,
        eachRow: row === true,
        function: nameOfParts(strings(funcname)),
      },
    ]
  }
  if ('RuleStmt' in node) return rule(node.RuleStmt)
  if ('CreatePolicyStmt' in node) return policy(node.CreatePolicyStmt)
  if ('AlterPolicyStmt' in node) {
    const { policy_name: name, table } = node.AlterPolicyStmt
    return [
      { kind: 'alter policy', policy: name ?? '', table: nameOf(table), restrictive: false, open: false },
    ]
  }
  if ('AlterOwnerStmt' in node) {
    return [{ kind: 'table setting', table: nameOf(node.AlterOwnerStmt.relation), does: 'change owner' }]
  }
  const types = createType(node)
  return types.length > 0 ? types : undefined
}

function otherChanges(node: Node): Change[] {
  if ('VariableSetStmt' in node) return setting(node.VariableSetStmt)
  if ('TransactionStmt' in node) return transaction(node.TransactionStmt)
  if ('CreateSchemaStmt' in node) {
    const { schemaname, schemaElts } = node.CreateSchemaStmt
    const name = { schema: undefined, name: schemaname ?? '' }
    return [{ kind: 'create', object: 'schema', name }, ...(schemaElts ?? []).flatMap(changesOf)]
  }
  if ('CreateSeqStmt' in node) {
    return [{ kind: 'create', object: 'sequence', name: nameOf(node.CreateSeqStmt.sequence) }]
  }
  if ('CopyStmt' in node) {
    const { relation, is_from: isFrom } = node.CopyStmt
    if (isFrom !== true) return [{ kind: 'harmless' }]
    return [
      {
        kind: 'write',
        does: 'copy',
        table: nameOf(relation),
        whole: false,
        equals: [],
        limited: false,
        values: false,
      },
    ]
  }
  if ('CallStmt' in node) return [{ kind: 'unjudged', why: 'what the procedure does cannot be read here' }]
  if ('SelectStmt' in node || 'InsertStmt' in node || 'UpdateStmt' in node) return rows(node)
  if ('DeleteStmt' in node || 'MergeStmt' in node || 'ExplainStmt' in node) return rows(node)
  if (isHarmless(node)) return [{ kind: 'harmless' }]
  return [{ kind: 'unjudged', why: 'this kind of statement is not known to the judge' }]
}

const harmless = new Set(
  `CommentStmt CreateStatsStmt AlterStatsStmt CreateExtensionStmt AlterExtensionStmt CreateSeqStmt AlterSeqStmt
  VariableShowStmt NotifyStmt ListenStmt UnlistenStmt DeallocateStmt PrepareStmt DiscardStmt CheckPointStmt
  AlterDefaultPrivilegesStmt CreateRoleStmt SecLabelStmt CreateCastStmt CreateConversionStmt CreateTransformStmt
  DefineStmt CreateOpClassStmt CreateOpFamilyStmt CreatePublicationStmt AlterPublicationStmt CreateFdwStmt
  CreateForeignServerStmt AlterForeignServerStmt CreateUserMappingStmt AlterUserMappingStmt GrantRoleStmt
  AlterFunctionStmt ConstraintsSetStmt AlterDatabaseSetStmt AlterRoleSetStmt CreatePLangStmt AlterTypeStmt
  AlterObjectDependsStmt ImportForeignSchemaStmt CreateAmStmt AlterTSDictionaryStmt AlterTSConfigurationStmt`.split(
    /\s+/,
  ),
)

const isHarmless = (node: Node) => Object.keys(node).some((key) => harmless.has(key))

function alterEnum(statement: Extract<Node, { AlterEnumStmt: unknown }>['AlterEnumStmt']): Change[] {
  const type = nameOfParts(strings(statement.typeName))
  const value = statement.newVal ?? ''
  return statement.oldVal === undefined
    ? [{ kind: 'add enum value', type, value }]
    : [{ kind: 'rename enum value', type, value: statement.oldVal, to: value }]
}

// The letters of AlterDomainStmt. https://github.com/postgres/postgres/blob/master/src/include/nodes/parsenodes.h
const domainWords = {
  C: 'add',
  V: 'validate',
  X: 'drop',
  O: 'set not null',
  N: 'drop not null',
} as const

function alterDomain(statement: Extract<Node, { AlterDomainStmt: unknown }>['AlterDomainStmt']): Change[] {
  const { def, subtype, typeName } = statement
  const constraint = def !== undefined && 'Constraint' in def ? def.Constraint : undefined
  const does = domainWords[(subtype ?? '') as keyof typeof domainWords] ?? 'other'
  const notValid = constraint?.skip_validation === true
  return [{ kind: 'domain constraint', domain: nameOfParts(strings(typeName)), does, notValid }]
}

function reindex(statement: Extract<Node, { ReindexStmt: unknown }>['ReindexStmt']): Change[] {
  const word = (statement.kind ?? '').replace('REINDEX_OBJECT_', '').toLowerCase()
  const object =
    word === 'index' || word === 'table' || word === 'schema' || word === 'database' ? word : 'system'
  const name = statement.relation === undefined ? undefined : nameOf(statement.relation)
  return [{ kind: 'reindex', object, name, concurrently: hasOption(statement.params, 'concurrently') }]
}

function vacuum(statement: Extract<Node, { VacuumStmt: unknown }>['VacuumStmt']): Change[] {
  // ANALYZE is the same node, and may stand in a transaction.
  if (statement.is_vacuumcmd !== true) return [{ kind: 'harmless' }]
  const full = hasOption(statement.options, 'full')
  const tables = (statement.rels ?? []).flatMap((node) =>
    'VacuumRelation' in node ? [nameOf(node.VacuumRelation.relation)] : [],
  )
  return (tables.length === 0 ? [undefined] : tables).map((table) => ({ kind: 'vacuum', full, table }))
}

const hasOption = (options: readonly Node[] | undefined, name: string) =>
  (options ?? []).some((node) => 'DefElem' in node && node.DefElem.defname === name)
