import type { Place } from '../core/excerpt.js'

/** What PostgreSQL said, as far as advice depends on it. */
export interface Failure {
  readonly message: string
  readonly sqlstate: string
}

/**
 * What to do about a failed statement, where PostgreSQL's own words do not say it; `text` is what it was part of.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function adviceFor({ message, sqlstate }: Failure, text: string, { line }: Place): string[] {
  const lines = text.split('\n')
  // Active SQL transaction.
  if (sqlstate === '25001') return [outsideTransaction]
  // The server asks for the data of COPY only when it understood all of the text.
  if (sqlstate === '57014') return message.startsWith('COPY from stdin failed') ? [withoutCopy] : []
  // Syntax error.
  if (sqlstate !== '42601') return []
  const command = isPsqlCommand(lines[line - 1] ?? '')
  const data = lines.slice(0, line - 1).some((earlier) => copyFromStdin.test(earlier))
  if (!command && !data) return []
  return [
    ...(lines.some(isPsqlCommand) ? [withoutCommands] : []),
    ...(lines.some((each) => copyFromStdin.test(each)) ? [withoutCopy] : []),
  ]
}

const outsideTransaction =
  'Begin the file with the line "-- no-transaction" (js and ts: pgm.noTransaction()); it then runs statement by statement.'

// https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS
const isPsqlCommand = (line: string) => /^\s*\\[a-z!?]/.test(line)
const withoutCommands =
  'Lines that begin with a backslash are commands of psql, not SQL: take them out (pg_dump writes \\restrict and \\unrestrict).'

// https://www.postgresql.org/docs/current/sql-copy.html
const copyFromStdin = /^\s*COPY\s.*\bFROM\s+stdin\b/i
const withoutCopy =
  'The data of COPY ... FROM stdin is sent by psql and cannot be part of a migration: write it as INSERT (pg_dump --inserts).'
