import type { Change } from './change.js'
import type { JudgedFile } from './file.js'
import type { Grammar } from './sql/grammar.js'
import { unitsOf } from './units.js'

/** The names that a plan speaks of, without their schemas: what to ask the catalog about. */
export function mentionedNames(files: readonly JudgedFile[], grammar: Grammar): string[] {
  const names = new Set<string>()
  for (const change of files.flatMap((file) => changesOfFile(file, grammar))) collectNames(change, names)
  return [...names]
}

/** What a file does, statement by statement. */
export const changesOfFile = (file: JudgedFile, grammar: Grammar): Change[] =>
  file.texts.flatMap((text) => unitsOf(text, grammar, file.path)).flatMap(({ changes }) => changes)

/** Every name in a change, wherever it stands: of tables, views, indexes, and of what a key refers to. */
function collectNames(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if ('name' in value && typeof value.name === 'string') names.add(value.name)
  for (const inside of Object.values(value)) collectNames(inside, names)
}
