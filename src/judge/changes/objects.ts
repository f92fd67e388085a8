import type { Change, Name, ObjectKind } from '../change.js'
import type { Node } from '../sql/grammar.js'
import { nameOf, nameOfObject, nameOfParts, partsOfObject, strings } from '../sql/names.js'

type Drop = Extract<Node, { DropStmt: unknown }>['DropStmt']
type Rename = Extract<Node, { RenameStmt: unknown }>['RenameStmt']
type Move = Extract<Node, { AlterObjectSchemaStmt: unknown }>['AlterObjectSchemaStmt']
type Grant = Extract<Node, { GrantStmt: unknown }>['GrantStmt']

const kinds: Readonly<Record<string, ObjectKind>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'function',
  OBJECT_SCHEMA: 'schema',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_EXTENSION: 'extension',
}

export const objectKind = (type: string | undefined): ObjectKind => kinds[type ?? ''] ?? 'other'

// These stand behind the name of their table. https://www.postgresql.org/docs/current/sql-droptrigger.html
const onTable = new Set<ObjectKind>(['trigger', 'policy', 'rule'])

/** DROP of one or several objects, a change for each. */
export function drop(statement: Drop): Change[] {
  const object = objectKind(statement.removeType)
  return (statement.objects ?? []).map((node) => {
    const parts = partsOfObject(node)
    const name: Name = onTable.has(object)
      ? { schema: undefined, name: parts.at(-1) ?? '' }
      : nameOfParts(parts)
    return {
      kind: 'drop',
      object,
      name,
      on: onTable.has(object) ? nameOfParts(parts.slice(0, -1)) : undefined,
      cascade: statement.behavior === 'DROP_CASCADE',
      concurrently: statement.concurrent === true,
      ifExists: statement.missing_ok === true,
      ...argumentsOf(node),
    }
  })
}

function argumentsOf(node: Node): { readonly arguments?: readonly string[] } {
  if (!('ObjectWithArgs' in node) || node.ObjectWithArgs.args_unspecified === true) return {}
  const types = (node.ObjectWithArgs.objargs ?? []).map((arg) =>
    'TypeName' in arg ? (type(arg.TypeName) ?? '') : '',
  )
  return { arguments: types }
}

export function rename(statement: Rename): Change[] {
  const to = statement.newname ?? ''
  const table = nameOf(statement.relation)
  const old = statement.subname ?? ''
  switch (statement.renameType) {
    case 'OBJECT_COLUMN': {
      const of = objectKind(statement.relationType) === 'table' ? 'table' : 'view'
      return [{ kind: 'rename column', table, column: old, to, of }]
    }
    case 'OBJECT_ATTRIBUTE':
      return [{ kind: 'rename column', table, column: old, to, of: 'type' }]
    case 'OBJECT_TABCONSTRAINT':
      return [{ kind: 'rename constraint', table, constraint: old, to }]
    case 'OBJECT_SCHEMA':
      return [{ kind: 'rename', object: 'schema', name: { schema: undefined, name: old }, to }]
  }
  const object = objectKind(statement.renameType)
  if (onTable.has(object)) return [{ kind: 'table setting', table, does: `rename ${object}` }]
  const name = statement.relation === undefined ? nameOfObject(statement.object) : table
  return [{ kind: 'rename', object, name, to }]
}

/** SET SCHEMA. */
export function move(statement: Move): Change[] {
  const name = statement.relation === undefined ? nameOfObject(statement.object) : nameOf(statement.relation)
  return [{ kind: 'move', object: objectKind(statement.objectType), name, to: statement.newschema ?? '' }]
}

/** GRANT and REVOKE; ALL TABLES IN SCHEMA names the schema. */
export function grant(statement: Grant): Change[] {
  const whole = statement.targtype === 'ACL_TARGET_ALL_IN_SCHEMA'
  return [
    {
      kind: statement.is_grant === true ? 'grant' : 'revoke',
      object: whole ? 'schema' : objectKind(statement.objtype),
      names: (statement.objects ?? []).map((node) => nameOfObject(node)),
      privileges: (statement.privileges ?? []).flatMap((node) =>
        'AccessPriv' in node ? [node.AccessPriv.priv_name ?? 'all'] : [],
      ),
      from: (statement.grantees ?? []).flatMap((node) =>
        'RoleSpec' in node ? [node.RoleSpec.rolename ?? 'public'] : [],
      ),
    },
  ]
}

type CreateFunction = Extract<Node, { CreateFunctionStmt: unknown }>['CreateFunctionStmt']

export function createFunction(statement: CreateFunction): Change[] {
  const options = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []))
  const volatility = options.find(({ defname }) => defname === 'volatility')?.arg
  const word = volatility !== undefined && 'String' in volatility ? volatility.String.sval : undefined
  return [
    {
      kind: 'create function',
      function: nameOfParts(strings(statement.funcname)),
      replace: statement.replace === true,
      arguments: (statement.parameters ?? []).flatMap((node) =>
        'FunctionParameter' in node
          ? [
              {
                name: node.FunctionParameter.name,
                type: type(node.FunctionParameter.argType) ?? '',
                hasDefault: node.FunctionParameter.defexpr !== undefined,
                out:
                  /OUT|TABLE/.test(node.FunctionParameter.mode ?? '') &&
                  node.FunctionParameter.mode !== 'FUNC_PARAM_INOUT',
              },
            ]
          : [],
      ),
      // `users.id%TYPE` names no type.
      returns: statement.returnType?.pct_type === true ? undefined : type(statement.returnType),
      volatility: word === 'immutable' || word === 'stable' ? word : 'volatile',
    },
  ]
}

const type = (node: { readonly names?: Node[] } | undefined) => strings(node?.names).at(-1)
