import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { failedError, messageOf, ReleaseError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { readUpSection, type UpSection } from './sql-file.js'
import { failureInCode, shownPath } from './failure.js'

/** node-pg-migrate's column shorthands; each file sees those of the files before it. */
export type Shorthands = Readonly<Record<string, unknown>>

/** `up` of a js or ts migration. A second parameter is a callback that says that it is done. */
export type MigrationAction = (pgm: unknown, done?: () => void) => unknown

interface Loaded {
  readonly file: MigrationFile
  readonly source: string
}

/** A migration in memory: its text, and for js and ts its function. Nothing has run but top-level code. */
export type LoadedMigration =
  | (Loaded & { readonly kind: 'sql'; readonly up: UpSection })
  | (Loaded & {
      readonly kind: 'js'
      readonly up: MigrationAction
      readonly shorthands: Shorthands
      readonly allow?: unknown
    })

/** What every file said when it was read: text by migration name. */
export type Sources = ReadonlyMap<string, string>

/**
 * Reads files, and lets others have a turn now and then. Throws (exit 1) naming the file that cannot be read. A thousand
 * small files are read at once in a fifth of the time that as many promises take.
 */
export async function readSources(files: readonly MigrationFile[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>()
  for (const [index, file] of files.entries()) {
    if (index % 64 === 63) await setImmediate()
    sources.set(file.name, readSource(file))
  }
  return sources
}

function readSource(file: MigrationFile): string {
  try {
    const text = readFileSync(file.path, 'utf8')
    // A byte order mark, as some editors write it, is no SQL; psql leaves it out too.
    return text.startsWith('\uFEFF') ? text.slice(1) : text
  } catch (error) {
    throw failedError('migration-unreadable', `${file.path} cannot be read: ${messageOf(error)}.`, {
      todo: ['Check its permissions; nothing was run.'],
      cause: error,
    })
  }
}

/** Letters of another encoding would be stored as question marks, and the server stops reading at a NUL. */
async function refuseUnreadable(file: MigrationFile, source: string): Promise<void> {
  const garbled = source.includes('\uFFFD') && !isUtf8(await readFile(file.path))
  if (!garbled && !source.includes('\0')) return
  const why = garbled ? 'is not UTF-8 text' : 'holds a NUL character'
  throw failedError('migration-unreadable', `${shownPath(file)} ${why}.`, {
    todo: ['Save it again as UTF-8; nothing was run, the database is as it was.'],
  })
}

/** A checksum of a migration's text that does not depend on how the checkout ends its lines. */
export function checksumOf(source: string): string {
  return createHash('sha256').update(source.replaceAll('\r\n', '\n')).digest('hex')
}

export interface LoadOptions {
  readonly files: readonly MigrationFile[]
  readonly pending: readonly MigrationFile[]
  readonly sources: Sources
  readonly tsconfigPaths: boolean | string
}

/**
 * Loads the pending migrations, each file once. Shorthands pass from file to file, so files applied long ago
 * are loaded too where they may export some, and only there.
 */
export async function loadMigrations(options: LoadOptions): Promise<LoadedMigration[]> {
  const wanted = new Set(options.pending.map((file) => file.name))
  const last = options.files.findLastIndex((file) => wanted.has(file.name))
  const needsCode = options.pending.some((file) => !isSql(file))
  const loaded: LoadedMigration[] = []
  let shorthands: Shorthands = {}
  for (const file of options.files.slice(0, last + 1)) {
    const source = options.sources.get(file.name) ?? ''
    if (wanted.has(file.name)) await refuseUnreadable(file, source)
    if (isSql(file)) {
      if (wanted.has(file.name)) loaded.push({ kind: 'sql', file, source, up: readUpSection(source) })
      continue
    }
    if (!wanted.has(file.name) && !(needsCode && mayExportShorthands(source))) continue
    const module = await importMigration(file, source, options.tsconfigPaths)
    shorthands = { ...shorthands, ...module.shorthands }
    if (wanted.has(file.name)) {
      loaded.push({ kind: 'js', file, source, up: actionOf(module, file), shorthands, allow: module.allow })
    }
  }
  return loaded
}

/** A file of SQL; every other one is code. */
export const isSql = (file: MigrationFile) => extname(file.path).toLowerCase() === '.sql'

const mayExportShorthands = (source: string) =>
  source.includes('shorthands') || source.includes('export *') || /module\.exports\s*=\s*require/.test(source)

interface MigrationModule {
  readonly up?: unknown
  /** Findings of the judge that it allows, by rule. */
  readonly allow?: unknown
  readonly shorthands?: Shorthands
}

async function importMigration(
  file: MigrationFile,
  source: string,
  tsconfigPaths: boolean | string,
): Promise<MigrationModule> {
  const { createJiti } = await import('jiti')
  try {
    const module: unknown = await createJiti(file.path, { tsconfigPaths }).import(file.path)
    return typeof module === 'object' && module !== null ? module : {}
  } catch (error) {
    throw error instanceof ReleaseError ? error : failureInCode(error, { file, source, doing: 'loaded' })
  }
}

function actionOf(module: MigrationModule, file: MigrationFile): MigrationAction {
  if (typeof module.up === 'function') return module.up as MigrationAction
  const why =
    module.up === false
      ? 'it exports up = false, which forbids running it'
      : 'it exports no function named up'
  throw failedError('migration-without-up', `${basename(file.path)} cannot run: ${why}.`, {
    todo: ['Export a function up(pgm) from it, or move the file away. Nothing was run.'],
  })
}
