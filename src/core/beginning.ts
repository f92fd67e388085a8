/**
 * How the transaction of a migration begins; the migration's own text may follow in the same message.
 * `lock_timeout` set inside the transaction is undone by its ROLLBACK, so each attempt sets it anew.
 */
export const beginning = (lockTimeoutMs: number, searchPath: string): string =>
  `BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL search_path TO ${searchPath};\n`

/** How many statements `beginning` is. */
export const beginningStatements = 3

/** What a session runs, on one line of at most `most` characters, without what only opens our transaction. */
export function shownQuery(query: string, most: number): string {
  const line = query
    .replace(/^BEGIN; SET LOCAL [^\n]*\n/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
