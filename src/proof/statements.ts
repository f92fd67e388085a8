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
  for (const query of queries) {
    const read = readStatements(query.text, grammar)
    const tried = read.filter(({ node }) => node === undefined || isPreparable(node))
    // What the grammar of another version takes, the server may take: it decides.
    for (const { node, sql } of tried) {
      const { name, sites, parameterTypes, readAt } = query
      const alone = read.length === 1 || node === undefined
      statements.push({
        sql: alone ? query.text : sql,
        sites,
        readAt,
        node,
        ...(alone ? { name, parameterTypes } : {}),
      })
    }
    if (tried.length === 0) left.push({ query, why: whyNot(read[0]?.node) })
  }
  return { statements, left }
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
