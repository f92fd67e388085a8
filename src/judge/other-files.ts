import type { JudgedFile } from './file.js'
import type { Grammar } from './sql/grammar.js'

/** A file of SQL that another migrator runs. */
export interface OtherFile {
  readonly path: string
  readonly text: string
}

/**
 * Reads a file as the migrator runs it that its path or its text shows: which part of it runs, and whether in a
 * transaction. Undefined: no migrator is recognized, and it is SQL like any other.
 */
export function readOtherFile({ path, text }: OtherFile, grammar: Grammar): JudgedFile | undefined {
  const file = { path, noTransaction: false, contract: false }
  if (isSchemaDump(path)) {
    return { ...file, texts: [{ sql: undefined, why: dump, line: 1, inFile: false }] }
  }
  const whole = [{ sql: text, line: 1, inFile: true }]
  // https://orm.drizzle.team/docs/migrations: all that is pending runs in one transaction, CONCURRENTLY in none.
  if (text.includes('--> statement-breakpoint')) return { ...file, texts: whole }
  if (/(?:^|[\\/])migration\.sql$/.test(path)) {
    return { ...file, texts: whole, noTransaction: isOneStatement(text, grammar) }
  }
  const marks = marksOf(text)
  if (marks === undefined) return undefined
  const from = marks.up.exec(text)?.index ?? 0
  const end = text.slice(from).search(marks.down)
  const sql = end < 0 ? text.slice(from) : text.slice(from, from + end)
  const line = text.slice(0, from).split('\n').length
  return { ...file, texts: [{ sql, line, inFile: true }], noTransaction: marks.noTransaction.test(text) }
}

/** Files in the order in which migrators run them: by path, numbers by their value. */
export const compareOtherFiles = (one: string, other: string): number => byNumber.compare(one, other)

const byNumber = new Intl.Collator('en', { numeric: true })

/** A file that only runs when migrating down: `17_users.down.sql`, `down.sql`, Flyway's `U17__users.sql`. */
export const isDownFile = (path: string): boolean =>
  /(?:^|[\\/.])down\.sql$/i.test(path) || /(?:^|[\\/])U\d[\d._]*__[^\\/]*\.sql$/.test(path)

const isSchemaDump = (path: string) => /(?:^|[\\/])(?:\w+_)?structure\.sql$/.test(path)

const dump =
  'a dump of the schema says what there is, and not how it comes to be; judge the SQL that the migrations run'

/**
 * Prisma sends a file as one message, which PostgreSQL runs as one transaction, unless it is a single statement.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
function isOneStatement(text: string, grammar: Grammar): boolean {
  const parsed = grammar.parse(text)
  return !('message' in parsed) && parsed.length === 1
}

interface Marks {
  readonly up: RegExp
  readonly down: RegExp
  readonly noTransaction: RegExp
}

// https://github.com/amacneil/dbmate#migration-options
const dbmate: Marks = {
  up: /^--\s*migrate:up\b/m,
  down: /^--\s*migrate:down\b/m,
  noTransaction: /^--\s*migrate:up\b.*\btransaction:false\b/m,
}

// https://pressly.github.io/goose/documentation/annotations
const goose: Marks = {
  up: /^--\s\+goose\s+up\b/im,
  down: /^--\s\+goose\s+down\b/im,
  noTransaction: /^--\s\+goose\s+no\s+transaction\b/im,
}

const marksOf = (text: string) => [dbmate, goose].find(({ up }) => up.test(text))
