/** Why a text is not given to the grammar at all, and where, in UTF-16 units. */
export interface Refusal {
  readonly why: string
  readonly offset: number
}

// The grammar keeps many times the text in memory: a literal of 60 MB takes ten times as much.
const mostBytes = 24 * 1024 * 1024

/** What would end the grammar, or keep it for hours; undefined: nothing. */
export function refuse(sql: string): Refusal | undefined {
  const nul = sql.indexOf('\0')
  if (nul >= 0) return { why: isUtf16(sql) ? utf16 : 'it holds a NUL byte', offset: nul }
  if (sql.length > mostBytes / 4 && Buffer.byteLength(sql) > mostBytes) {
    const why = `it is larger than ${mostBytes / 1024 / 1024} MB; its longest line is this one`
    return { why, offset: longestLine(sql) }
  }
  const nested = nestedTooDeep(sql)
  return nested === undefined ? undefined : { why: 'its comments are nested too deep', offset: nested }
}

const utf16 = 'it is UTF-16, which PostgreSQL does not take; save it as UTF-8'

// Read as UTF-8, either order of the mark's bytes is two letters that stand for none.
const isUtf16 = (sql: string) => sql.startsWith('\uFFFD\uFFFD')

const deepest = 1000

/**
 * PostgreSQL's scanner looks, at each beginning of a comment in a comment, at all that are left: a hundred thousand
 * take it minutes. https://github.com/postgres/postgres/blob/master/src/backend/parser/scan.l (xcstart)
 */
function nestedTooDeep(sql: string): number | undefined {
  let depth = 0
  for (const { 0: mark, index } of sql.matchAll(/\/\*|\*\//g)) {
    depth = mark === '/*' ? depth + 1 : Math.max(0, depth - 1)
    if (depth > deepest) return index
  }
  return undefined
}

function longestLine(sql: string): number {
  let longest = { start: 0, length: 0 }
  for (let start = 0; start <= sql.length;) {
    const found = sql.indexOf('\n', start)
    const end = found < 0 ? sql.length : found
    if (end - start > longest.length) longest = { start, length: end - start }
    start = end + 1
  }
  return longest.start
}
