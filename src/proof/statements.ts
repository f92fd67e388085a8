import type { Query } from '../core/query.js'
import type { Grammar, Node } from '../judge/sql/grammar.js'
import { readStatements } from '../judge/sql/statements.js'
import type { Tried } from './verdict/observation.js'

/** Why a query says nothing about a schema. */
export interface Left {
  readonly query: Query
  readonly why: string
}

/**
 * The statements of the queries: a text of several comes apart, as the server takes them. What PostgreSQL cannot
 * prepare is left, with the reason.
 */
export function statementsOf(
  queries: readonly Query[],
  grammar: Grammar,
): { readonly statements: readonly Tried[]; readonly left: readonly Left[] } {
  const statements: Tried[] = []
  const left: Left[] = []
  for (const { variants = [], ...query } of queries) {
    const tried = triedOf(query, grammar)
    if (tried.length === 0) left.push({ query, why: whyNot(readStatements(query.text, grammar)[0]?.node) })
    // Its literals may be what the new schema refuses.
    else statements.push(...tried, ...variants.flatMap((one) => triedOf({ ...query, ...one }, grammar)))
  }
  return { statements, left }
}

function triedOf({ text, name, sites, parameterTypes, readAt }: Query, grammar: Grammar): Tried[] {
  const read = readStatements(text, grammar)
  // What the grammar of another version takes, the server may take: it decides.
  const preparables = read.filter(({ node }) => node === undefined || isPreparable(node))
  return preparables.map(({ node, sql }) => {
    const alone = read.length === 1 || node === undefined
    return {
      sql: alone ? text : sql,
      sites,
      readAt,
      node,
      ...(alone ? { name, parameterTypes } : {}),
    }
  })
}

const preparable = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

const isPreparable = (node: Node) => preparable.has(kindOf(node))

const kindOf = (node: Node) => Object.keys(node)[0] ?? ''

const ofTheSession =
  /^(?:Transaction|VariableSet|VariableShow|Listen|Unlisten|Notify|Discard|Deallocate|ClosePortal|Fetch)Stmt$/

function whyNot(node: Node | undefined): string {
  if (node === undefined) return 'empty'
  return ofTheSession.test(kindOf(node))
    ? 'only about the session, such as BEGIN or SET'
    : 'a command that PostgreSQL cannot prepare, such as COPY or TRUNCATE'
}
