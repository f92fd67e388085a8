/**
 * Reads the lines `type: command` of a Procfile; other lines are left out, as Heroku does.
 * https://devcenter.heroku.com/articles/procfile#procfile-format
 */
export function parseProcfile(text: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, type, command] = /^([A-Za-z0-9_-]+):\s*(.+?)\s*$/.exec(line) ?? []
    if (type !== undefined && command !== undefined) types.set(type, command)
  }
  return types
}
