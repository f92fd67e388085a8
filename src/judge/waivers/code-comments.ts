/** A comment of JS or TS with its marks; the line counts from 1. */
export interface CodeComment {
  readonly text: string
  readonly line: number
}

/**
 * The comments of a JS or TS source: what stands in strings, templates and regular expressions is none. It reads
 * no more than is needed to tell these apart, and stops where the source does.
 */
export function codeComments(source: string): CodeComment[] {
  const comments: CodeComment[] = []
  // For each template that is open around here: how many braces are open inside its ${}.
  const templates: number[] = []
  let lastToken = ''
  for (let at = 0; at < source.length;) {
    const letter = source.charAt(at)
    const start = at
    if (source.startsWith('//', at) || source.startsWith('/*', at)) {
      at = source.charAt(at + 1) === '/' ? until(source, '\n', at) : until(source, '*/', at + 2)
      comments.push({ text: source.slice(start, at), line: source.slice(0, start).split('\n').length })
      continue
    }
    if (/\s/.test(letter)) {
      at += 1
      continue
    }
    if (letter === '"' || letter === "'") at = endOfString(source, at)
    else if (letter === '/' && beginsRegex(lastToken)) at = endOfRegex(source, at)
    else if (letter === '`' || (letter === '}' && templates.at(-1) === 0)) {
      if (letter === '}') templates.pop()
      const end = endOfTemplatePart(source, at + 1)
      if (source.startsWith('${', end - 2)) templates.push(0)
      at = end
    } else {
      const depth = templates.length - 1
      if (letter === '{' && depth >= 0) templates[depth] = (templates[depth] ?? 0) + 1
      if (letter === '}' && depth >= 0) templates[depth] = (templates[depth] ?? 0) - 1
      at += /^[\w$]+/.exec(source.slice(at, at + 80))?.[0].length ?? 1
    }
    lastToken = source.slice(start, at).slice(0, 80)
  }
  return comments
}

function until(source: string, end: string, from: number): number {
  const found = source.indexOf(end, from)
  return found < 0 ? source.length : found + (end === '\n' ? 0 : end.length)
}

function endOfString(source: string, start: number): number {
  const quote = source.charAt(start)
  for (let at = start + 1; at < source.length; at++) {
    const letter = source.charAt(at)
    if (letter === '\\') at += 1
    else if (letter === quote || letter === '\n') return at + 1
  }
  return source.length
}

/** Behind the closing backtick, or behind the `${` that interrupts the template. */
function endOfTemplatePart(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const letter = source.charAt(at)
    if (letter === '\\') at += 1
    else if (letter === '`') return at + 1
    else if (source.startsWith('${', at)) return at + 2
  }
  return source.length
}

function endOfRegex(source: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < source.length; at++) {
    const letter = source.charAt(at)
    if (letter === '\\') at += 1
    else if (letter === '\n') return at
    else if (letter === '[') inClass = true
    else if (letter === ']') inClass = false
    else if (letter === '/' && !inClass) return at + 1
  }
  return source.length
}

/** A slash divides behind a value, and begins a regular expression behind anything else. */
const beginsRegex = (lastToken: string) =>
  /^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/.test(lastToken) ||
  !/[\w$)\]}"'`]$/.test(lastToken)
