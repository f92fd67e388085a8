import type { Change, Name, Storage } from '../change.js'
import { boundOf } from '../sql/comparisons.js'
import { expressionOf } from '../sql/expressions.js'
import type { Node } from '../sql/grammar.js'
import { nameOf, strings, typeOf } from '../sql/names.js'
import { columnOf, constraintOf } from './columns.js'

type AlterTable = Extract<Node, { AlterTableStmt: unknown }>['AlterTableStmt']
type Command = Extract<Node, { AlterTableCmd: unknown }>['AlterTableCmd']

/** The parts of an ALTER TABLE, in their order. ALTER INDEX, VIEW, SEQUENCE and TYPE come the same way. */
export function alterTable(statement: AlterTable): Change[] {
  const table = nameOf(statement.relation)
  return (statement.cmds ?? []).flatMap((node) =>
    'AlterTableCmd' in node ? [command(node.AlterTableCmd, table, statement.objtype ?? 'OBJECT_TABLE')] : [],
  )
}

function command(part: Command, table: Name, object: string): Change {
  if (object === 'OBJECT_TYPE') return { kind: 'table setting', table, does: 'composite type' }
  // An index of a partition becomes part of that of the whole, which stops nobody.
  if (object === 'OBJECT_INDEX' && part.subtype === 'AT_AttachPartition') return { kind: 'harmless' }
  const column = part.name ?? ''
  const { def } = part
  switch (part.subtype) {
    case 'AT_AddColumn':
      if (def === undefined || !('ColumnDef' in def)) break
      return {
        kind: 'add column',
        table,
        column: columnOf(def.ColumnDef),
        ifNotExists: part.missing_ok === true,
      }
    case 'AT_DropColumn':
      return {
        kind: 'drop column',
        table,
        column,
        cascade: part.behavior === 'DROP_CASCADE',
        ifExists: part.missing_ok === true,
      }
    case 'AT_AlterColumnType': {
      const given = def !== undefined && 'ColumnDef' in def ? def.ColumnDef : {}
      return {
        kind: 'alter type',
        table,
        column,
        type: typeOf(given.typeName),
        using: given.raw_default === undefined ? undefined : expressionOf(given.raw_default),
        converts: given.raw_default !== undefined && !isCastOf(column, given.raw_default, given.typeName),
        collation: given.collClause !== undefined,
      }
    }
    case 'AT_SetNotNull':
      return { kind: 'set not null', table, column }
    case 'AT_DropNotNull':
      return { kind: 'drop not null', table, column }
    case 'AT_ColumnDefault':
      return def === undefined
        ? { kind: 'drop default', table, column }
        : { kind: 'set default', table, column, default: expressionOf(def) }
    case 'AT_DropExpression':
      return { kind: 'drop expression', table, column }
    case 'AT_SetExpression':
      return { kind: 'set expression', table, column }
    case 'AT_AddIdentity':
    case 'AT_SetIdentity':
      return {
        kind: part.subtype === 'AT_AddIdentity' ? 'add identity' : 'set identity',
        table,
        column,
        identity: identityOf(def),
      }
    case 'AT_DropIdentity':
      return { kind: 'drop identity', table, column }
    case 'AT_AddConstraint': {
      const constraint = def !== undefined && 'Constraint' in def ? constraintOf(def.Constraint) : undefined
      if (constraint === undefined) break
      return { kind: 'add constraint', table, constraint }
    }
    case 'AT_DropConstraint':
      return {
        kind: 'drop constraint',
        table,
        constraint: column,
        cascade: part.behavior === 'DROP_CASCADE',
        ifExists: part.missing_ok === true,
      }
    case 'AT_AlterConstraint': {
      const given = def !== undefined && 'ATAlterConstraint' in def ? def.ATAlterConstraint : {}
      const enforced = given.alterEnforceability === true ? given.is_enforced === true : undefined
      return { kind: 'alter constraint', table, constraint: given.conname ?? '', enforced }
    }
    case 'AT_ValidateConstraint':
      return { kind: 'validate constraint', table, constraint: column }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition': {
      const of = def !== undefined && 'PartitionCmd' in def ? def.PartitionCmd : {}
      const partition = nameOf(of.name)
      return part.subtype === 'AT_AttachPartition'
        ? { kind: 'attach partition', table, partition, bound: boundOf(of.bound) }
        : { kind: 'detach partition', table, partition, concurrently: of.concurrent === true }
    }
    case 'AT_DetachPartitionFinalize':
      return { kind: 'table setting', table, does: 'detach partition finalize' }
    case 'AT_EnableRowSecurity':
      return { kind: 'row security', table, does: 'enable' }
    case 'AT_DisableRowSecurity':
      return { kind: 'row security', table, does: 'disable' }
    case 'AT_ForceRowSecurity':
      return { kind: 'row security', table, does: 'force' }
    case 'AT_NoForceRowSecurity':
      return { kind: 'row security', table, does: 'no force' }
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
      return { kind: 'rewrite', table, does: rewrites[part.subtype], to: storageAfter(part) }
  }
  return otherCommand(part, table)
}

/** `email` or `email::text` where the new type is text. */
function isCastOf(column: string, node: Node, type: Parameters<typeof typeOf>[0]): boolean {
  if ('ColumnRef' in node) return strings(node.ColumnRef.fields).at(-1) === column
  if (!('TypeCast' in node) || node.TypeCast.arg === undefined || !('ColumnRef' in node.TypeCast.arg))
    return false
  const same = JSON.stringify(typeOf(node.TypeCast.typeName)) === JSON.stringify(typeOf(type))
  return same && isCastOf(column, node.TypeCast.arg, type)
}

const rewrites = {
  AT_SetLogged: 'SET LOGGED',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_SetTableSpace: 'SET TABLESPACE',
  AT_SetAccessMethod: 'SET ACCESS METHOD',
} as const

function storageAfter({ subtype, name }: Command): Partial<Storage> {
  if (subtype === 'AT_SetLogged' || subtype === 'AT_SetUnLogged')
    return { logged: subtype === 'AT_SetLogged' }
  if (name === undefined) return {}
  return subtype === 'AT_SetTableSpace' ? { tablespace: name } : { accessMethod: name }
}

function otherCommand(part: Command, table: Name): Change {
  const subtype = part.subtype ?? ''
  const switched = /^AT_(Enable|Disable)\w*Trig/.exec(subtype)
  if (switched !== null) {
    const does = switched[1] === 'Enable' ? 'enable' : 'disable'
    return { kind: 'triggers', table, does, trigger: part.name }
  }
  return { kind: 'table setting', table, does: wordsOf(subtype) }
}

/** `AT_ReplicaIdentity` as a person says it: `replica identity`. */
const wordsOf = (subtype: string) =>
  subtype
    .replace(/^AT_/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()

/** ADD GENERATED has a constraint, SET GENERATED an option whose value is the letter's code. */
function identityOf(def: Node | undefined): 'always' | 'by default' | undefined {
  if (def === undefined) return undefined
  if ('Constraint' in def) return def.Constraint.generated_when === 'd' ? 'by default' : 'always'
  const options = 'List' in def ? (def.List.items ?? []) : []
  for (const option of options) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'generated') continue
    const { arg } = option.DefElem
    if (arg === undefined || !('Integer' in arg)) continue
    return String.fromCodePoint(arg.Integer.ival ?? 0) === 'd' ? 'by default' : 'always'
  }
  return undefined
}
