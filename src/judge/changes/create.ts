import type { Change, Column, Constraint, Storage } from '../change.js'
import { boundOf } from '../sql/comparisons.js'
import { expressionOf } from '../sql/expressions.js'
import { strings, nameOf, nameOfParts, typeOf } from '../sql/names.js'
import type { Node } from '../sql/grammar.js'
import { columnOf, constraintOf } from './columns.js'

type Create = Extract<Node, { CreateStmt: unknown }>['CreateStmt']
type CreateIndex = Extract<Node, { IndexStmt: unknown }>['IndexStmt']

export function createTable(statement: Create): Change[] {
  const parents = (statement.inhRelations ?? []).flatMap((node) =>
    'RangeVar' in node ? [nameOf(node.RangeVar)] : [],
  )
  const elements = statement.tableElts ?? []
  const columns: Column[] = elements.flatMap((node) =>
    'ColumnDef' in node ? [columnOf(node.ColumnDef)] : [],
  )
  const constraints: Constraint[] = elements.flatMap((node) =>
    'Constraint' in node ? (constraintOf(node.Constraint) ?? []) : [],
  )
  const isPartition = statement.partbound !== undefined
  return [
    {
      kind: 'create table',
      table: nameOf(statement.relation),
      ifNotExists: statement.if_not_exists === true,
      temporary: statement.relation?.relpersistence === 't',
      columns,
      constraints,
      partitionOf: isPartition ? parents[0] : undefined,
      bound: boundOf(statement.partbound),
      partitioned: statement.partspec !== undefined,
      inherits: isPartition ? [] : parents,
      filled: false,
      storage: {
        logged: statement.relation?.relpersistence !== 'u',
        tablespace: statement.tablespacename ?? plain.tablespace,
        accessMethod: statement.accessMethod ?? plain.accessMethod,
      },
    },
  ]
}

// What a table has that says nothing of it.
const plain: Storage = { logged: true, tablespace: 'pg_default', accessMethod: 'heap' }

/** CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW. */
export function createFilled(
  into: { readonly rel?: object; readonly colNames?: Node[] } | undefined,
  object?: string,
  query?: Node,
): Change[] {
  const name = nameOf(into?.rel)
  if (object === 'OBJECT_MATVIEW') {
    return [
      {
        kind: 'create view',
        view: name,
        replace: false,
        materialized: true,
        securityInvoker: false,
        columns: viewColumns({ aliases: into?.colNames, query }),
      },
    ]
  }
  return [
    {
      kind: 'create table',
      table: name,
      ifNotExists: false,
      temporary: false,
      columns: [],
      constraints: [],
      partitionOf: undefined,
      bound: undefined,
      partitioned: false,
      inherits: [],
      filled: true,
      storage: plain,
    },
  ]
}

export function createIndex(statement: CreateIndex): Change[] {
  const expressions = (statement.indexParams ?? []).flatMap((node) =>
    'IndexElem' in node && node.IndexElem.expr !== undefined ? [expressionOf(node.IndexElem.expr)] : [],
  )
  const columns = (statement.indexParams ?? []).flatMap((node) =>
    'IndexElem' in node && node.IndexElem.name !== undefined ? [node.IndexElem.name] : [],
  )
  return [
    {
      kind: 'create index',
      index: statement.idxname,
      table: nameOf(statement.relation),
      unique: statement.unique === true,
      concurrently: statement.concurrent === true,
      ifNotExists: statement.if_not_exists === true,
      columns,
      plain: columns.length === (statement.indexParams ?? []).length,
      reads: expressions.flatMap((expression) => expression.columns),
      nullsDistinct: statement.nulls_not_distinct !== true,
      where: statement.whereClause === undefined ? undefined : expressionOf(statement.whereClause),
      only: statement.relation?.inh !== true,
    },
  ]
}

type CreateView = Extract<Node, { ViewStmt: unknown }>['ViewStmt']

export function createView(statement: CreateView): Change[] {
  return [
    {
      kind: 'create view',
      view: nameOf(statement.view),
      replace: statement.replace === true,
      materialized: false,
      securityInvoker: (statement.options ?? []).some(
        (option) =>
          'DefElem' in option && option.DefElem.defname === 'security_invoker' && !isOff(option.DefElem.arg),
      ),
      columns: viewColumns(statement),
    },
  ]
}

const isOff = (value: Node | undefined) =>
  value !== undefined && /^(?:off|false|no|0)$/i.test(strings([value])[0] ?? '')

/** Names of the columns as far as they are written; undefined where a star or an expression hides one. */
function viewColumns({
  aliases,
  query,
}: {
  readonly aliases?: readonly Node[] | undefined
  readonly query?: Node | undefined
}): readonly string[] | undefined {
  if (aliases !== undefined && aliases.length > 0) return strings(aliases)
  const targets = query !== undefined && 'SelectStmt' in query ? (query.SelectStmt.targetList ?? []) : []
  const names = targets.map((node) => {
    if (!('ResTarget' in node)) return undefined
    const { name, val } = node.ResTarget
    if (name !== undefined) return name
    if (val === undefined || !('ColumnRef' in val)) return undefined
    const fields = val.ColumnRef.fields ?? []
    return fields.some((field) => 'A_Star' in field) ? undefined : strings(fields).at(-1)
  })
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined
}

/** Types and domains. */
export function createType(node: Node): Change[] {
  if ('CreateEnumStmt' in node) {
    return [
      {
        kind: 'create type',
        type: nameOfParts(strings(node.CreateEnumStmt.typeName)),
        of: 'enum',
        constrained: false,
      },
    ]
  }
  if ('CompositeTypeStmt' in node) {
    return [
      {
        kind: 'create type',
        type: nameOf(node.CompositeTypeStmt.typevar),
        of: 'composite',
        constrained: false,
      },
    ]
  }
  if ('CreateDomainStmt' in node) {
    return [
      {
        kind: 'create type',
        type: nameOfParts(strings(node.CreateDomainStmt.domainname)),
        of: 'domain',
        constrained: (node.CreateDomainStmt.constraints ?? []).some(
          (part) => 'Constraint' in part && /^CONSTR_(CHECK|NOTNULL)$/.test(part.Constraint.contype ?? ''),
        ),
        base: typeOf(node.CreateDomainStmt.typeName),
      },
    ]
  }
  if ('CreateRangeStmt' in node) {
    return [
      {
        kind: 'create type',
        type: nameOfParts(strings(node.CreateRangeStmt.typeName)),
        of: 'range',
        constrained: false,
      },
    ]
  }
  return []
}
