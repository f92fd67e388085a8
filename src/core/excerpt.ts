/** A place in a text: 1-based line and column, columns counted as a person sees letters. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The place of an offset in UTF-16 units. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return {
    line: before.split('\n').length,
    column: Array.from(before.slice(lineStart)).length + 1,
  }
}

/** The UTF-16 offset of the `position`th character (from 1), as PostgreSQL counts characters. */
export function offsetOfCharacter(text: string, position: number): number {
  let offset = 0
  let left = position - 1
  for (const character of text) {
    if (left === 0) break
    offset += character.length
    left -= 1
  }
  return offset
}

const around = 2
const widest = 160

/**
 * The lines around a place, numbered, with the line marked and a caret under the column:
 * ```
 *   11 | ALTER TABLE users
 * > 12 |   ADD COLUMN email txt;
 *      |                    ^
 * ```
 * `firstLine` is the number that the text's first line is shown with.
 */
export function excerpt(text: string, place: Place, firstLine = 1): string[] {
  const lines = text.split('\n')
  const from = Math.max(place.line - 1 - around, 0)
  const to = Math.min(place.line + around, lines.length)
  const width = String(to - 1 + firstLine).length
  return lines.slice(from, to).flatMap((line, index) => {
    const number = from + index + 1
    const marked = number === place.line
    const gutter = `${marked ? '>' : ' '} ${String(number - 1 + firstLine).padStart(width)} |`
    const shown = `${gutter} ${cut(line)}`.trimEnd()
    if (!marked || place.column > widest) return [shown]
    // Tabs are kept in front of the caret, so that it stands under its letter at any tab width.
    const lead = Array.from(line)
      .slice(0, place.column - 1)
      .map((letter) => (letter === '\t' ? '\t' : ' '))
    return [shown, `${' '.repeat(gutter.length - 1)}| ${lead.join('')}^`]
  })
}

function cut(line: string): string {
  const clean = line.replace(/\r$/, '')
  return clean.length > widest ? `${clean.slice(0, widest)}…` : clean
}
