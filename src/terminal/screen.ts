/** The part of a stream that a screen needs; `process.stdout` is one. */
export interface ScreenOutput {
  readonly isTTY?: boolean
  readonly rows?: number
  readonly columns?: number
  /** False once the reader has gone away. */
  readonly writable?: boolean
  write(text: string): unknown
}

/** Shows lines in the place of those that were shown before; false once nobody reads them. */
export type Screen = (lines: readonly string[]) => boolean

const escape = '\u001B['
const home = `${escape}H`
const toEndOfLine = `${escape}K`
const toEndOfScreen = `${escape}J`
const clear = `${escape}2J`

/**
 * A screen on a terminal, which shows as much as it has rows and columns for and says what it leaves out; elsewhere
 * the lines follow those before, after an empty one, whole and without a control character.
 */
export function createScreen(output: ScreenOutput, redact: (text: string) => string): Screen {
  let isFirst = true
  return (lines) => {
    // Before anything is cut, since half of a secret is not recognised.
    const clean = lines.map(redact)
    output.write(output.isTTY === true ? frame(clean, output, isFirst) : block(clean, isFirst))
    isFirst = false
    return output.writable !== false
  }
}

// Written over what stands there, because clearing first would flicker.
function frame(lines: readonly string[], output: ScreenOutput, isFirst: boolean): string {
  // A terminal that nobody told its size says 0.
  const rows = output.rows || 24
  const columns = output.columns || 80
  const room = Math.max(1, rows - 1)
  const left = lines.length - room + 1
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `... ${left} lines more`]
  const body = shown.map((line) => `${cut(line, columns)}${toEndOfLine}\n`).join('')
  return `${isFirst ? clear : ''}${home}${body}${toEndOfScreen}`
}

const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`

const block = (lines: readonly string[], isFirst: boolean): string =>
  `${isFirst ? '' : '\n'}${lines.join('\n')}\n`
