import type { Grammar, Node } from './grammar.js'
import { strings } from './names.js'

/** A statement inside a block of PL/pgSQL: its text, or why it cannot be known. */
export type Inner =
  | { readonly sql: string; readonly line: number }
  | { readonly unknown: string; readonly line: number }

/**
 * The statements of a DO block, `line` counted from 0 at the line where the body begins. What EXECUTE puts
 * together at run time is unknown, unless it is a constant. Undefined: the block cannot be read.
 * https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN
 */
export function readDoBlock(
  node: Extract<Node, { DoStmt: unknown }>['DoStmt'],
  grammar: Grammar,
): readonly Inner[] | undefined {
  const body = doBody(node)
  if (body === undefined) return undefined
  const tag = freeTag(body)
  const parsed = grammar.parsePlPgSQL(
    `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS ${tag}${body}${tag}`,
  )
  if (parsed === undefined) return undefined
  const found: Inner[] = []
  collect(parsed, 1, found, grammar)
  return found
}

/** The body of a DO block in PL/pgSQL, without its quotes; undefined for another language. */
export function doBody(node: Extract<Node, { DoStmt: unknown }>['DoStmt']): string | undefined {
  const options = (node.args ?? []).flatMap((option) => ('DefElem' in option ? [option.DefElem] : []))
  const textOf = (name: string) => {
    const arg = options.find(({ defname }) => defname === name)?.arg
    return arg === undefined ? undefined : strings([arg])[0]
  }
  return (textOf('language') ?? 'plpgsql').toLowerCase() === 'plpgsql' ? textOf('as') : undefined
}

function freeTag(body: string): string {
  let tag = '$do$'
  while (body.includes(tag)) tag = `${tag.slice(0, -1)}o$`
  return tag
}

function collect(value: unknown, line: number, found: Inner[], grammar: Grammar): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inside] of Object.entries(value as Record<string, unknown>)) {
    const own = numberAt(inside, 'lineno') ?? line
    const at = own - 1
    if (key === 'PLpgSQL_stmt_dynexecute' || key === 'PLpgSQL_stmt_dynfors') {
      found.push(dynamic(queryAt(inside, 'query'), at, grammar))
    } else if (key === 'PLpgSQL_stmt_execsql') {
      const sql = queryAt(inside, 'sqlstmt')
      if (sql !== undefined) found.push({ sql, line: at })
    } else if (key === 'PLpgSQL_stmt_perform') {
      const sql = queryAt(inside, 'expr')
      if (sql !== undefined) found.push({ sql, line: at })
    } else if (key === 'PLpgSQL_stmt_call') {
      found.push({ unknown: 'what the procedure does cannot be read here', line: at })
    }
    collect(inside, own, found, grammar)
  }
}

/** EXECUTE of a constant is as good as the statement itself; of anything else it is not known. */
function dynamic(query: string | undefined, line: number, grammar: Grammar): Inner {
  const sql = query === undefined ? undefined : constantText(query, grammar)
  return sql === undefined
    ? { unknown: 'EXECUTE puts its statement together when it runs', line }
    : { sql, line }
}

/** The text of an expression that is nothing but a constant, in whatever quotes. */
function constantText(expression: string, grammar: Grammar): string | undefined {
  const parsed = grammar.parse(`SELECT ${expression}`)
  const [only, ...more] = 'message' in parsed ? [] : parsed
  if (only === undefined || more.length > 0 || !('SelectStmt' in only.node)) return undefined
  const { targetList, ...rest } = only.node.SelectStmt
  const [target, ...others] = targetList ?? []
  const isPlain =
    others.length === 0 && Object.keys(rest).every((key) => key === 'limitOption' || key === 'op')
  if (!isPlain || target === undefined || !('ResTarget' in target)) return undefined
  const value = target.ResTarget.val
  return value !== undefined && 'A_Const' in value ? value.A_Const.sval?.sval : undefined
}

function numberAt(value: unknown, key: string): number | undefined {
  const found = at(value, key)
  return typeof found === 'number' ? found : undefined
}

function queryAt(value: unknown, key: string): string | undefined {
  const query = at(at(at(value, key), 'PLpgSQL_expr'), 'query')
  return typeof query === 'string' ? query : undefined
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
