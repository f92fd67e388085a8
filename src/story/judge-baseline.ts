import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { usageError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { nearest } from '../core/nearest.js'
import { compareOtherFiles } from '../judge/other-files.js'

/**
 * The files up to and including the one that `given` names: by its name, with or without its extension, by its folder
 * where every migration has one, or by a path. `files` stand in the order in which they run. A path may also be that of
 * a file which is not among them. Throws a usage error (64) that lists near names where it names none.
 */
export async function upTo(given: string, files: readonly MigrationFile[]): Promise<Set<MigrationFile>> {
  const last = files.findLastIndex((file) => isCalled(file, given))
  if (last !== -1) return new Set(files.slice(0, last + 1))
  const path = resolve(given)
  if (await isFile(path)) return new Set(files.filter((file) => compareOtherFiles(file.path, path) <= 0))
  const near = nearNames(given, files)
  throw usageError(`The baseline ${given} is no migration.`, {
    todo: [
      near.length === 0
        ? 'There is no migration to name.'
        : `Name the last one that is not to be judged, as its file is called: ${near.join(', ')}`,
    ],
  })
}

function isCalled({ path }: MigrationFile, given: string): boolean {
  if (/[\\/]/.test(given)) return path.replaceAll('\\', '/').endsWith(`/${given.replaceAll('\\', '/')}`)
  return namesOf(path).includes(given)
}

// Prisma and others: the folder has the name, and the file is called the same in all of them.
const namesOf = (path: string): string[] =>
  /^(?:migration|up)\.sql$/.test(basename(path))
    ? [basename(dirname(path))]
    : [basename(path), basename(path, extname(path))]

const mostNames = 5

/** Those that it was probably meant to be; else the newest, as an example. */
function nearNames(given: string, files: readonly MigrationFile[]): string[] {
  const names = files.map(({ path }) => namesOf(path).at(-1) ?? path)
  const wanted = basename(given, extname(given)).toLowerCase()
  const [number = ''] = /^\d+/.exec(wanted) ?? []
  const words = wanted.slice(number.length).replace(/^[-_]+/, '')
  const isNear = (name: string) =>
    (number !== '' && name.startsWith(number)) || (words !== '' && name.toLowerCase().includes(words))
  const misspelt = nearest(wanted, names)
  const near = [...new Set([...(misspelt === undefined ? [] : [misspelt]), ...names.filter(isNear)])]
  return near.length === 0 ? names.slice(-1) : near.slice(0, mostNames)
}

const isFile = async (path: string) =>
  await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
