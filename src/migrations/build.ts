import type { MigrationBuilder } from 'node-pg-migrate'
import type { LoadedMigration } from './load.js'

/** One text to send, and where it comes from. */
export interface SqlStep {
  readonly sql: string
  /** UTF-16 offset in the file, for text that stands in it. */
  readonly offset?: number
  /** Line of the file whose code produced it. */
  readonly line?: number
}

/** What a migration wants to run. */
export interface BuiltMigration {
  readonly steps: readonly SqlStep[]
  readonly inTransaction: boolean
}

/** What `pgm.db` reaches while a js or ts migration builds its steps. */
export interface BuilderDatabase {
  query(text: unknown, values?: unknown[]): Promise<unknown>
  select(text: unknown, values?: unknown[]): Promise<unknown>
}

export interface BuildOptions {
  readonly database: BuilderDatabase
  readonly decamelize: boolean
  readonly signal?: AbortSignal | undefined
  readonly onLog?: (line: string) => void
}

/**
 * Asks a migration for its SQL. A `.sql` file is one step as it stands; a js or ts file runs its `up` against
 * node-pg-migrate's builder, which collects steps and reaches the database only through `pgm.db`.
 */
export async function buildMigration(
  migration: LoadedMigration,
  options: BuildOptions,
): Promise<BuiltMigration> {
  if (migration.kind === 'sql') {
    const { sql, offset, noTransaction } = migration.up
    return { steps: sql.trim() === '' ? [] : [{ sql, offset }], inTransaction: !noTransaction }
  }
  const { MigrationBuilder: Builder } = await import('node-pg-migrate')
  const log = options.onLog ?? (() => undefined)
  const logger = { debug: log, info: log, warn: log, error: log }
  const builder = new Builder(
    options.database as never,
    migration.shorthands as never,
    options.decamelize,
    logger,
  )
  const lines: (number | undefined)[] = []
  await runAction(migration, noteLines(builder, migration.file.path, lines), options.signal)
  return {
    steps: builder.getSqlSteps().map((sql, index) => {
      const line = lines[index]
      return line === undefined ? { sql } : { sql, line }
    }),
    inTransaction: builder.isUsingTransaction(),
  }
}

/** Wraps the builder so that every step remembers the line of the file that asked for it. */
function noteLines(builder: MigrationBuilder, path: string, lines: (number | undefined)[]): MigrationBuilder {
  return new Proxy(builder, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      return (...parameters: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, parameters)
        const count = target.getSqlSteps().length
        if (count > lines.length) {
          const line = callingLine(path)
          while (lines.length < count) lines.push(line)
        }
        return result === target ? receiver : result
      }
    },
  })
}

/** The line of this file that the caller was called from, if it was. */
export function callingLine(path: string): number | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 30
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  const at = stack.indexOf(`${path}:`)
  return at < 0 ? undefined : Number.parseInt(stack.slice(at + path.length + 1), 10)
}

async function runAction(
  migration: Extract<LoadedMigration, { kind: 'js' }>,
  pgm: MigrationBuilder,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { up } = migration
  const work =
    up.length === 2
      ? new Promise<void>((resolve, reject) => {
          Promise.resolve(up(pgm, resolve)).catch(reject)
        })
      : Promise.resolve(up(pgm))
  await (signal === undefined ? work : Promise.race([work, rejectOnAbort(signal)]))
}

/** A callback that is never called would be waited for without end. */
async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
