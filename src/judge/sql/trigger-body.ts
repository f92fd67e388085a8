import type { TriggerBody } from '../change.js'
import { expressionOf } from './expressions.js'
import type { Grammar } from './grammar.js'

type Fields = Readonly<Record<string, unknown>>

// https://github.com/postgres/postgres/blob/master/src/include/utils/elog.h
const errorLevel = 21

/** What CREATE FUNCTION in PL/pgSQL does when a trigger calls it; undefined: it cannot be read, or is no such one. */
export function readTriggerBody(sql: string, grammar: Grammar): TriggerBody | undefined {
  const parsed = grammar.parsePlPgSQL(sql)
  const functions = fieldsOf(parsed)?.['plpgsql_funcs']
  const [first] = Array.isArray(functions) ? (functions as unknown[]) : []
  const body = fieldsOf(fieldsOf(first)?.['PLpgSQL_function'])
  if (body === undefined) return undefined
  const datums = (Array.isArray(body['datums']) ? body['datums'] : []) as unknown[]
  const isNew = (index: number) => fieldsOf(fieldsOf(datums[index])?.['PLpgSQL_rec'])?.['refname'] === 'new'
  const column = (variable: unknown): string | undefined => {
    const index = typeof variable === 'number' ? variable : 0
    if (isNew(index)) return '*'
    const field = fieldsOf(fieldsOf(datums[index])?.['PLpgSQL_recfield'])
    const parent = field?.['recparentno']
    const name = field?.['fieldname']
    return typeof name === 'string' && isNew(typeof parent === 'number' ? parent : 0) ? name : undefined
  }
  const found = { raises: false, skips: false, sets: new Set<string>(), unknown: false }
  visit(body['action'], (kind, fields) => {
    if (kind === 'PLpgSQL_stmt_raise' && (fields['elog_level'] ?? errorLevel) === errorLevel)
      found.raises = true
    if (kind === 'PLpgSQL_stmt_assert') found.raises = true
    if (kind === 'PLpgSQL_stmt_return' && queryOf(fields['expr'])?.trim().toUpperCase() === 'NULL')
      found.skips = true
    if (kind === 'PLpgSQL_stmt_dynexecute') found.unknown = true
    if (kind === 'PLpgSQL_stmt_assign') {
      const name = column(fields['varno'])
      if (name !== undefined && !isTime(queryOf(fields['expr']), grammar)) found.sets.add(name)
    }
    if (kind !== 'PLpgSQL_stmt_execsql' || fields['into'] !== true) return
    const row = fieldsOf(fieldsOf(fields['target'])?.['PLpgSQL_row'])
    const targets = (Array.isArray(row?.['fields']) ? row['fields'] : []) as unknown[]
    for (const target of targets) {
      const name = column(fieldsOf(target)?.['varno'])
      if (name !== undefined) found.sets.add(name)
    }
  })
  return { ...found, sets: [...found.sets] }
}

const clocks = new Set([
  'now',
  'current_timestamp',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
])

/** `NEW.updated_at := now()`: the target holds no equals sign, so the value begins behind the first. */
function isTime(assignment: string | undefined, grammar: Grammar): boolean {
  const value = assignment?.slice(assignment.indexOf('=') + 1)
  const parsed = value === undefined ? undefined : grammar.parse(`SELECT ${value}`)
  if (parsed === undefined || 'message' in parsed) return false
  const { functions, columns } = expressionOf(parsed[0]?.node)
  return functions.length > 0 && columns.length === 0 && functions.every((name) => clocks.has(name))
}

const queryOf = (expression: unknown): string | undefined => {
  const query = fieldsOf(fieldsOf(expression)?.['PLpgSQL_expr'])?.['query']
  return typeof query === 'string' ? query : undefined
}

function visit(value: unknown, each: (kind: string, fields: Fields) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [kind, inside] of Object.entries(value)) {
    const fields = fieldsOf(inside)
    if (fields !== undefined) each(kind, fields)
    visit(inside, each)
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
