import type { Change } from '../change.js'
import type { Node } from '../sql/grammar.js'
import { nameOf } from '../sql/names.js'

const events = {
  CMD_SELECT: 'select',
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
} as const

/** CREATE RULE. */
export function rule(statement: Extract<Node, { RuleStmt: unknown }>['RuleStmt']): Change[] {
  const { rulename, relation, event, instead } = statement
  return [
    {
      kind: 'create rule',
      rule: rulename ?? '',
      table: nameOf(relation),
      event: events[event as keyof typeof events] ?? 'select',
      instead: instead === true,
    },
  ]
}

/** CREATE POLICY. */
export function policy(
  statement: Extract<Node, { CreatePolicyStmt: unknown }>['CreatePolicyStmt'],
): Change[] {
  const {
    policy_name: name,
    table,
    permissive,
    cmd_name: command,
    roles,
    qual,
    with_check: check,
  } = statement
  const forAll = (roles ?? []).every(
    (node) => 'RoleSpec' in node && node.RoleSpec.roletype === 'ROLESPEC_PUBLIC',
  )
  const open =
    permissive === true &&
    (command ?? 'all') === 'all' &&
    forAll &&
    isTrue(qual) &&
    (check === undefined || isTrue(check))
  return [
    {
      kind: 'create policy',
      policy: name ?? '',
      table: nameOf(table),
      restrictive: permissive !== true,
      open,
    },
  ]
}

const isTrue = (node: Node | undefined) =>
  node !== undefined && 'A_Const' in node && node.A_Const.boolval?.boolval === true
