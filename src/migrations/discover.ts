import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { configurationError, failedError, messageOf } from '../core/errors.js'
import { compareMigrations, timestampOf, type MigrationFile } from '../core/migration.js'

/** Where migrations are; names and meanings are node-pg-migrate's. */
export interface MigrationFolder {
  /** One folder, or with `useGlob` one or more patterns. */
  readonly dir: readonly string[]
  readonly useGlob: boolean
  readonly ignorePattern: readonly string[] | undefined
  /** What relative paths start from. */
  readonly root: string
}

/**
 * The names in the folder, unsorted and unread, or for patterns the paths they match.
 * Throws a configuration error (78) where the folder is missing.
 */
export async function listNames(folder: MigrationFolder): Promise<string[]> {
  if (folder.useGlob) {
    const { glob } = await import('glob')
    const ignore = folder.ignorePattern === undefined ? {} : { ignore: [...folder.ignorePattern] }
    return await glob([...folder.dir], { ...ignore, nodir: true, cwd: folder.root, absolute: true })
  }
  const dir = onlyFolder(folder)
  try {
    return await readdir(dir)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${messageOf(error)}`
    throw configurationError('migrations-folder', `The migrations folder ${dir} ${why}.`, {
      todo: [
        'Run the command in the root of the app, or name the folder with --migrations-dir or migrate.migrations-dir in release-phase.config.json.',
        'An app without migrations yet: create the empty folder.',
      ],
      cause: error,
    })
  }
}

function onlyFolder(folder: MigrationFolder): string {
  const [dir, second] = folder.dir
  if (dir === undefined || second !== undefined) {
    throw configurationError('migrations-folder', 'migrations-dir names more than one folder.', {
      todo: ['Name one, or set use-glob to true and write patterns.'],
    })
  }
  return resolve(folder.root, dir)
}

/**
 * A short text that is the same for the same set of names, in whatever order the disk lists them.
 * It is all that a run with nothing to do computes, so it must stay cheap for ten thousand names.
 */
export function fingerprintOf(names: readonly string[], folder: MigrationFolder): string {
  const settings = JSON.stringify([folder.useGlob, folder.ignorePattern ?? null])
  const list = folder.useGlob ? names.map((name) => basename(name)) : names
  return createHash('sha1').update(settings).update(list.toSorted().join('\n')).digest('hex')
}

const extensions = new Set(['.sql', '.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'])

/**
 * Turns names into migrations in the order they run. Throws (exit 1) for a file that is no migration:
 * node-pg-migrate refuses it too, and leaving it out in silence would hide a misspelt one.
 */
export async function toMigrationFiles(
  names: readonly string[],
  folder: MigrationFolder,
): Promise<MigrationFile[]> {
  const paths = folder.useGlob ? names : await filePaths(names, folder)
  return paths
    .map((path) => toMigrationFile(path))
    .filter((file) => file !== undefined)
    .toSorted(compareMigrations)
}

async function filePaths(names: readonly string[], folder: MigrationFolder): Promise<string[]> {
  const dir = onlyFolder(folder)
  const pattern = folder.ignorePattern?.join(',') ?? ''
  const ignored = new RegExp(pattern === '' ? String.raw`^\..*` : `^${pattern}$`)
  const folders = new Set(
    (await readdir(dir, { withFileTypes: true }))
      .filter((entry) => !entry.isFile() && !entry.isSymbolicLink())
      .map((entry) => entry.name),
  )
  return names.filter((name) => !ignored.test(name) && !folders.has(name)).map((name) => resolve(dir, name))
}

function toMigrationFile(path: string): MigrationFile {
  const extension = extname(path)
  const name = basename(path, extension)
  const timestamp = timestampOf(name)
  if (timestamp === undefined || !extensions.has(extension.toLowerCase())) {
    const why =
      timestamp === undefined
        ? 'its name does not start with a number'
        : `${extension} is not a kind of migration`
    throw failedError('not-a-migration', `${basename(path)} in ${dirname(path)} is no migration: ${why}.`, {
      todo: [
        `Rename or move the file, or leave it out: ignore-pattern "(\\..*|${basename(path).replaceAll('.', String.raw`\.`)})".`,
      ],
    })
  }
  return { name, path, timestamp }
}
