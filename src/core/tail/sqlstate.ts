/** An SQLSTATE and what PostgreSQL calls it. */
export interface SqlState {
  readonly code: string
  readonly what: string
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const names: Readonly<Record<string, string>> = {
  '42501': 'insufficient privilege',
  '42601': 'syntax error',
  '42701': 'duplicate column',
  '42702': 'ambiguous column',
  '42703': 'undefined column',
  '42704': 'undefined object',
  '42710': 'duplicate object',
  '42723': 'duplicate function',
  '42725': 'ambiguous function',
  '42803': 'grouping error',
  '42804': 'datatype mismatch',
  '42809': 'wrong object type',
  '42846': 'cannot coerce',
  '42883': 'undefined function',
  '42P01': 'undefined table',
  '42P02': 'undefined parameter',
  '42P07': 'duplicate table',
  '42P10': 'invalid column reference',
  '42P18': 'indeterminate datatype',
}

const cachedPlan = { code: '0A000', what: 'cached plan must not change result type' }

// A number alone may be anything, so a word must stand before it: SQLSTATE[42703], code: '42703',
// sql_error_code = 42P01, "ERROR 42703". A postal code is none.
const written =
  /(?:sql_?state|sql_error_code|errcode|(?<!zip[ _-]?|postal[ _-]?|post[ _-]?)\bcode|\bERROR)["']?\s{0,2}[:=[(]?\s{0,2}["']?(42[0-9A-Z]{3})\b/i

// PostgreSQL's own sentences, for drivers that log no SQLSTATE.
const sentences: readonly (readonly [RegExp, string])[] = [
  [/\bcolumn .{1,300} does not exist/, '42703'],
  [/\brelation .{1,300} does not exist/, '42P01'],
  [/\b(?:function|procedure|aggregate) .{1,300}\) does not exist|\boperator does not exist/, '42883'],
  [/\btype "[^"]{1,300}" does not exist/, '42704'],
  [/\bsyntax error at or near\b/, '42601'],
  [/\bpermission denied for (?:\w+ ){1,3}"?\w/, '42501'],
]

/**
 * The SQLSTATE of class 42 (the statement does not fit the schema) that a line tells of, or 0A000 for a plan
 * that a migration made stale; undefined for a line without either.
 */
export function sqlStateIn(text: string): SqlState | undefined {
  if (text.includes(cachedPlan.what)) return cachedPlan
  const code =
    written.exec(text)?.[1]?.toUpperCase() ?? sentences.find(([sentence]) => sentence.test(text))?.[1]
  return code === undefined ? undefined : { code, what: names[code] ?? 'access rule or syntax' }
}
