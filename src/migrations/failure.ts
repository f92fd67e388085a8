import { relative } from 'node:path'
import { failedError, messageOf, type ReleaseError } from '../core/errors.js'
import { excerpt, offsetOfCharacter, placeOf, type Place } from '../core/excerpt.js'
import type { MigrationFile } from '../core/migration.js'
import { adviceFor } from './advice.js'
import { splitStatements } from './statements.js'

/** What PostgreSQL says of a failed statement, as far as `pg` hands it on. */
export interface DatabaseFailure {
  readonly message: string
  readonly sqlstate: string
  readonly position: number | undefined
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly where: string | undefined
}

/** Reads a PostgreSQL error; undefined for any other. */
export function asDatabaseFailure(error: unknown): DatabaseFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  const fields = error as unknown as Record<string, unknown>
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined)
  const sqlstate = text('code')
  if (sqlstate === undefined) return undefined
  const position = Number(text('position'))
  return {
    message: error.message,
    sqlstate,
    position: position > 0 ? position : undefined,
    detail: text('detail'),
    hint: text('hint'),
    where: text('where'),
  }
}

/** The SQLSTATE of a failed statement; empty for any other error. */
export function sqlstateOf(error: unknown): string {
  const cause = error instanceof StatementError ? error.cause : error
  return asDatabaseFailure(cause)?.sqlstate ?? ''
}

/** A statement that failed, with all that is needed to show where. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
  /** The whole text that was sent. */
  readonly sql: string
  /** How many statements of the text had succeeded. */
  readonly completed: number
  /** Where the text begins in the migration's file; undefined where the file's code produced it. */
  readonly offset: number | undefined
  /** The line of the migration's file that produced the text. */
  readonly line: number | undefined
  /** Characters that stood before the text in its message, which the server's position counts too. */
  readonly charactersBefore: number
  /** It failed when the migration was recorded and committed, after the last of its statements. */
  readonly atCommit: boolean

  constructor(cause: Error, at: StatementPlace) {
    super(cause.message, { cause })
    this.sql = at.sql
    this.completed = at.completed
    this.offset = at.offset
    this.line = at.line
    this.charactersBefore = at.charactersBefore ?? 0
    this.atCommit = at.atCommit ?? false
  }
}

interface StatementPlace {
  readonly sql: string
  readonly completed: number
  readonly offset?: number | undefined
  readonly line?: number | undefined
  readonly charactersBefore?: number
  readonly atCommit?: true
}

export interface FailureContext {
  readonly file: MigrationFile
  readonly source: string
  /** What state the database is in now, one sentence. */
  readonly state: string
}

/** The error a person sees when a statement of a migration failed: file, line, statement, SQLSTATE, hint, state. */
export async function failureInStatement(
  error: StatementError,
  failure: DatabaseFailure,
  context: FailureContext,
): Promise<ReleaseError> {
  const { text, place, firstLine } = await locate(error, failure, context.source)
  const path = shownPath(context.file)
  const line = error.offset === undefined ? error.line : place.line
  const what = error.atCommit ? 'failed at its COMMIT' : 'failed'
  const extra = [
    failure.detail && `detail: ${failure.detail}`,
    failure.hint && `hint: ${failure.hint}`,
    failure.where && `where: ${failure.where.split('\n')[0]}`,
  ].filter((entry): entry is string => typeof entry === 'string' && entry !== '')
  return failedError(
    'migration-failed',
    `${path}${line === undefined ? '' : `:${line}`} ${what}: ${failure.message} (SQLSTATE ${failure.sqlstate}).`,
    {
      detail: error.atCommit ? extra : [...excerpt(text, place, firstLine), ...extra],
      state: context.state,
      todo: [...adviceFor(failure, text, place), 'Mend the migration and release again.'],
      sqlstate: failure.sqlstate,
      cause: error,
    },
  )
}

async function locate(
  error: StatementError,
  failure: DatabaseFailure,
  source: string,
): Promise<{ text: string; place: Place; firstLine: number }> {
  const offset =
    failure.position === undefined
      ? await startOfStatement(error)
      : offsetOfCharacter(error.sql, failure.position - error.charactersBefore)
  // Text that stands in the file is shown in the file; text that code produced is shown by itself.
  return error.offset === undefined
    ? { text: error.sql, place: placeOf(error.sql, offset), firstLine: 1 }
    : { text: source, place: placeOf(source, error.offset + offset), firstLine: 1 }
}

/** Errors such as a violated constraint name no position: the first statement that did not complete failed. */
async function startOfStatement(error: StatementError): Promise<number> {
  const statements = await splitStatements(error.sql)
  return statements[error.completed]?.offset ?? 0
}

/** The error a person sees when a migration's own code threw: at the line of its file, if the stack names it. */
export function failureInCode(
  error: unknown,
  context: { file: MigrationFile; source: string; doing: 'loaded' | 'run'; state?: string },
): ReleaseError {
  const place = placeInStack(error, context.file.path)
  const at = place === undefined ? '' : `:${place.line}`
  const what = context.doing === 'loaded' ? 'cannot be loaded' : 'failed in its code'
  const state = context.state ?? 'Nothing was run; the database is as it was.'
  return failedError(
    context.doing === 'loaded' ? 'migration-unloadable' : 'migration-failed',
    `${shownPath(context.file)}${at} ${what}: ${firstLineOf(messageOf(error))}`,
    {
      detail: [...(place === undefined ? [] : excerpt(context.source, place)), ...causesOf(error)],
      state,
      todo: ['Mend the migration and release again.'],
      cause: error,
    },
  )
}

/** What an error says it was caused by, each message once. */
function causesOf(error: unknown): string[] {
  const messages = new Set<string>()
  for (let cause = error; cause instanceof Error && messages.size < 5; cause = cause.cause) {
    messages.add(firstLineOf(cause.message))
  }
  return [...messages].slice(1).map((message) => `caused by: ${message}`)
}

function placeInStack(error: unknown, path: string): Place | undefined {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : ''
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const match = new RegExp(`${escaped}:(\\d+):(\\d+)`).exec(text)
  if (match !== null) return { line: Number(match[1]), column: Number(match[2]) }
  // Syntax errors of the TypeScript and JavaScript loader end in "(line:column)".
  const inMessage = /\((\d+):(\d+)\)/.exec(text)
  return inMessage === null ? undefined : { line: Number(inMessage[1]), column: Number(inMessage[2]) + 1 }
}

const firstLineOf = (message: string) => message.split('\n')[0] ?? message

/** A path as a person in the app's folder would write it. */
export const shownPath = (file: MigrationFile) => {
  const path = relative(process.cwd(), file.path)
  return path.startsWith('..') ? file.path : path
}
