import { plain } from './plain.js'

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
export const excerpt = (text: string, place: Place, firstLine = 1): string[] =>
  excerptOf(text.split('\n'), place, firstLine)

/** The same of lines that were split before, for whoever shows many places of one text. */
export function excerptOf(lines: readonly string[], place: Place, firstLine = 1): string[] {
  const from = Math.max(place.line - 1 - around, 0)
  const to = Math.min(place.line + around, lines.length)
  const width = String(to - 1 + firstLine).length
  return lines.slice(from, to).flatMap((line, index) => {
    const number = from + index + 1
    const marked = number === place.line
    const gutter = `${marked ? '>' : ' '} ${String(number - 1 + firstLine).padStart(width)} |`
    const { shown, lead } = cut(line, marked ? place.column : 1)
    const text = `${gutter} ${shown}`.trimEnd()
    return marked ? [text, `${' '.repeat(gutter.length - 1)}| ${lead}^`] : [text]
  })
}

/** As much of a line as fits around a column, and what stands in front of the caret. */
function cut(line: string, column: number): { readonly shown: string; readonly lead: string } {
  const letters = lettersOf(line.replace(/\r$/, ''))
  const at = column - 1
  const start = at < widest ? 0 : at - widest / 4
  // Tabs are kept in front of the caret, so that it stands under its letter at any tab width.
  const lead = letters(start, at).map((letter) => (letter === '\t' ? '\t' : ' '.repeat(widthOf(letter))))
  const [before, after] = [
    start > 0 ? '…' : '',
    letters(start + widest, start + widest + 1).length > 0 ? '…' : '',
  ]
  return {
    shown: plain(`${before}${letters(start, start + widest).join('')}${after}`),
    lead: `${before === '' ? '' : ' '}${lead.join('')}`,
  }
}

const longest = 10_000

/** Letters from one to another; a dump may stand in one line of megabytes, and there UTF-16 units have to do. */
function lettersOf(line: string): (from: number, to: number) => readonly string[] {
  if (line.length > longest) return (from, to) => Array.from(line.slice(from, to))
  const all = Array.from(line)
  return (from, to) => all.slice(from, to)
}

// Letters of East Asia and pictures take two places, combining marks none. https://www.unicode.org/reports/tr11/
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u
const without = /^[\p{Mn}\p{Me}\p{Cf}]$/u

const widthOf = (letter: string): number => (without.test(letter) ? 0 : wide.test(letter) ? 2 : 1)
