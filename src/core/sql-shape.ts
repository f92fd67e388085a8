/**
 * What two texts have in common that differ in nothing but literals, the numbers of parameters, blanks, comments, the
 * length of an IN list, and how many rows VALUES has. PostgreSQL's fingerprint leaves more out: the digits in a
 * table's name, its schema, and how many arguments a function has, any of which decides whether a query breaks.
 * A text that is no SQL has a shape as well. Linear in the length of the text.
 */
export function shapeOf(sql: string): string {
  let shape = ''
  let lastEnd = ''
  for (const [token] of sql.matchAll(tokens)) {
    const part = partOf(token)
    if (part === '') continue
    // Words need a blank between them; signs do not, and `a . b` is `a.b`.
    shape += wordEnd.test(lastEnd) && wordStart.test(part) ? ` ${part}` : part
    lastEnd = part.at(-1) ?? ''
  }
  return shape
    .replaceAll(/\bin\((\?\w|\$)(?:,\1)*\)/g, 'in($1)')
    .replaceAll(/\bvalues(\([^()]*\))(?:,\1)+/g, 'values$1')
}

/** The literals of a text, each once: what texts of one shape may differ in. Linear in the length of the text. */
export function literalsOf(sql: string): string {
  const literals = new Set<string>()
  for (const [token] of sql.matchAll(tokens)) {
    const part = partOf(token)
    if (part === '?s' || part === '?n') literals.add(token)
  }
  return [...literals].toSorted().join('\n')
}

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const tokens = new RegExp(
  [
    String.raw`\s+`,
    '--[^\\n]*',
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*'?`,
    String.raw`(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'?`,
    String.raw`(?:[uU]&)?"(?:[^"]|"")*"?`,
    String.raw`(\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$)[\s\S]*?(?:\1|$)`,
    String.raw`\$\d+`,
    String.raw`(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`,
    String.raw`[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*`,
    String.raw`[\s\S]`,
  ].join('|'),
  'g',
)

const wordStart = /^[\w$?"\u0080-\uFFFF]/
const wordEnd = /[\w$?"\u0080-\uFFFF]/

function partOf(token: string): string {
  if (/^(?:\s|--|\/\*)/.test(token)) return ''
  if (/^\$\d/.test(token)) return '$'
  if (/^(?:'|[eEbBxXnN]'|[uU]&'|\$)/.test(token)) return '?s'
  if (/^(?:\d|\.\d)/.test(token)) return '?n'
  return token.includes('"') ? token : token.toLowerCase()
}
