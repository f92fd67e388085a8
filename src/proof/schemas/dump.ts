/** A dump of a schema, as far as it is SQL. */
export interface Dump {
  readonly sql: string
  readonly shown: string
  readonly remarks: readonly string[]
}

/**
 * Reads a text as `pg_dump --schema-only` writes it, or Rails its structure.sql. Commands of psql, which are no SQL, and
 * the rows of COPY are left out, each with a blank line in their place, so that lines keep their numbers.
 * https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS
 */
export function readDump(path: string, text: string): Dump {
  let commands = 0
  let copies = 0
  let copying = false
  const lines = text.split('\n').map((line) => {
    if (copying) {
      copying = line.trimEnd() !== String.raw`\.`
      return ''
    }
    if (/^COPY\s.*\bFROM\s+stdin\b/i.test(line)) {
      copies += 1
      copying = true
      return ''
    }
    if (!/^\\[a-z!?]/.test(line)) return line
    commands += 1
    return ''
  })
  const remarks = [
    ...(commands === 0 ? [] : [`${commands} commands of psql in ${path} were left out.`]),
    ...(copies === 0 ? [] : [`The rows of ${copies} tables in ${path} were left out: the proof needs none.`]),
  ]
  return { sql: lines.join('\n'), shown: `the dump ${path}`, remarks }
}
