import { askedOf, type Asked } from '../../judge/sql/asked.js'
import type { Grammar, Node } from '../../judge/sql/grammar.js'
import type { Name } from '../../judge/change.js'

/** Why a text that a database has counted is none of the app's queries; undefined: it is one. */
export type NotOfTheApp = 'utility' | 'tool' | 'catalog'

const queryKinds = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/**
 * Sorts out what an app does not send, or what no migration can break: utility statements (BEGIN, SET, DDL), what
 * release-phase and node-pg-migrate ask, and questions to the catalog alone. A text that the grammar cannot read is
 * the app's: the server took it.
 */
export function whyNotOfTheApp(text: string, grammar: Grammar, history: string): NotOfTheApp | undefined {
  const parsed = grammar.parse(text)
  if ('message' in parsed) return undefined
  const [statement] = parsed
  if (statement === undefined) return 'utility'
  const { node } = statement
  if (!queryKinds.has(kindOf(node))) return 'utility'
  const asked = askedOf(node)
  if (asked.relations.some(({ schema, name }) => schema === 'release_phase' || name === history))
    return 'tool'
  return isAboutCatalog(asked) ? 'catalog' : undefined
}

const kindOf = (node: Node) => Object.keys(node)[0] ?? ''

/** It names nothing but the catalog; a function that anybody may have made, such as `next_number()`, is the app's. */
function isAboutCatalog({ relations, functions }: Asked): boolean {
  if (relations.length > 0) return relations.every(isOfCatalog)
  return functions.some(isOfCatalog) && functions.every((made) => isOfCatalog(made) || plain.has(made.name))
}

const isOfCatalog = ({ schema, name }: Name) =>
  schema === 'pg_catalog' ||
  schema === 'information_schema' ||
  /^(?:pg_|to_reg|current_setting$|current_schemas$|set_config$|version$)/.test(name)

const plain = new Set(['unnest', 'bool_and', 'bool_or', 'count', 'now', 'clock_timestamp', 'txid_current'])
