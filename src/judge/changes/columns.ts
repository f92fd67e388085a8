import type { Column, Constraint } from '../change.js'
import { expressionOf } from '../sql/expressions.js'
import type { Node } from '../sql/grammar.js'
import { nameOf, strings, typeOf } from '../sql/names.js'

type ColumnNode = Extract<Node, { ColumnDef: unknown }>['ColumnDef']
type ConstraintNode = Extract<Node, { Constraint: unknown }>['Constraint']

const serials: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
}

/** A column as CREATE TABLE and ADD COLUMN write it. */
export function columnOf(node: ColumnNode): Column {
  const type = typeOf(node.typeName)
  const parts = (node.constraints ?? []).flatMap((part) => ('Constraint' in part ? [part.Constraint] : []))
  const find = (contype: string) => parts.find((part) => part.contype === contype)
  const name = node.colname ?? ''
  const byDefault = find('CONSTR_DEFAULT')?.raw_expr ?? node.raw_default
  const identity = find('CONSTR_IDENTITY')
  const generated = find('CONSTR_GENERATED')
  const serial = serials[type.name]
  return {
    name,
    type: serial === undefined ? type : { ...type, name: serial },
    notNull:
      node.is_not_null === true ||
      find('CONSTR_NOTNULL') !== undefined ||
      find('CONSTR_PRIMARY') !== undefined ||
      identity !== undefined ||
      serial !== undefined,
    default: byDefault === undefined ? undefined : expressionOf(byDefault),
    identity: identity === undefined ? undefined : identity.generated_when === 'd' ? 'by default' : 'always',
    generated: generated === undefined ? undefined : generated.generated_kind === 'v' ? 'virtual' : 'stored',
    serial: serial !== undefined,
    constraints: parts.flatMap((part, index) => {
      const constraint = constraintOf(part, name)
      if (constraint === undefined) return []
      return isUnenforced(parts.slice(index + 1)) ? { ...constraint, notEnforced: true } : constraint
    }),
  }
}

/** At a column, NOT ENFORCED stands behind its constraint as a part of its own. */
function isUnenforced(following: readonly ConstraintNode[]): boolean {
  const next = following.findIndex(({ contype }) => contype?.startsWith('CONSTR_ATTR_') !== true)
  return following
    .slice(0, next < 0 ? following.length : next)
    .some(({ contype }) => contype === 'CONSTR_ATTR_NOT_ENFORCED')
}

const types: Readonly<Record<string, Constraint['type']>> = {
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary key',
  CONSTR_EXCLUSION: 'exclude',
}

/** A constraint, written at a column or for the table; undefined for a part that is none, such as a default. */
export function constraintOf(node: ConstraintNode, column?: string): Constraint | undefined {
  const type = types[node.contype ?? ''] ?? (column === undefined ? notNull(node) : undefined)
  if (type === undefined) return undefined
  const expression = node.raw_expr === undefined ? undefined : expressionOf(node.raw_expr)
  const listed = strings(type === 'foreign key' ? node.fk_attrs : node.keys)
  const own = column === undefined ? listed : [column]
  return {
    type,
    name: node.conname,
    columns: type === 'check' ? (expression?.columns ?? []) : own,
    references:
      node.pktable === undefined
        ? undefined
        : { table: nameOf(node.pktable), columns: strings(node.pk_attrs) },
    expression,
    notValid: node.skip_validation === true,
    notEnforced: node.is_enforced === false || (canBeUnenforced(type) && node.is_enforced === undefined),
    usingIndex: node.indexname,
    nullsDistinct: node.nulls_not_distinct !== true,
  }
}

// The grammar leaves out what is false, and sets is_enforced only where NOT ENFORCED could stand.
const canBeUnenforced = (type: Constraint['type']) => type === 'check' || type === 'foreign key'

const notNull = (node: ConstraintNode) => (node.contype === 'CONSTR_NOTNULL' ? 'not null' : undefined)
