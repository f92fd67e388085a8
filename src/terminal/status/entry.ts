import type { Trouble } from '../../core/status.js'

/** A fact under its name: a line, and more lines under it. */
export type Entry = readonly [name: string, lines: readonly string[]]

const nameWidth = 11

export const entryLines = ([name, lines]: Entry): string[] =>
  lines.map((line, index) => `${(index === 0 ? name : '').padEnd(nameWidth)}${line}`)

/** Why a fact is not known, and what to do, in one line. */
export const oneLine = ({ message, todo }: Trouble): string =>
  [message, ...todo.slice(0, 1)].join(' ').replaceAll(/\s*\n\s*/g, ' ')
