import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { compareOtherFiles, isDownFile } from '../judge/other-files.js'
import { listNames, toMigrationFiles } from '../migrations/discover.js'
import type { Session } from '../postgres/session.js'
import { changedSince } from './git.js'
import { upTo } from './judge-baseline.js'
import { planRun, readFolder } from './planning.js'
import { migrationFolder, type World } from './world.js'

/** Which migrations are to be judged. */
export type Selection =
  /** These, by path or pattern, whether they stand in the migrations folder or not. */
  | { readonly by: 'files'; readonly patterns: readonly string[] }
  /** Every one, each as a release of its own. */
  | { readonly by: 'all' }
  /** Those that are new or changed since a commit of git. */
  | { readonly by: 'since'; readonly ref: string }
  /** Those that the database has not. */
  | { readonly by: 'pending' }

/** What is judged, and what says which schema it meets. Both in the order in which they run. */
export interface Selected {
  readonly wanted: readonly MigrationFile[]
  /** Judged by nobody. Empty where the database says what there is. */
  readonly older: readonly MigrationFile[]
  /** How many would be judged if they were newer than the baseline. */
  readonly leftOut: number
}

/**
 * The files to judge. Rejects with a usage error (64) for files that are not there, for a commit that git does not
 * know, and for a baseline that is no migration.
 */
export async function select(
  world: World,
  selection: Selection,
  session: Session | undefined,
): Promise<Selected> {
  const { wanted, files } = await candidates(world, selection, session)
  const { judgeBaseline } = world.config
  const old = judgeBaseline === undefined ? new Set<MigrationFile>() : await upTo(judgeBaseline, files)
  const newer = wanted.filter((file) => !old.has(file))
  const leftOut = wanted.length - newer.length
  // The catalog says what there is, but for what the database is yet to get.
  if (selection.by === 'pending')
    return { wanted: newer, older: wanted.filter((file) => old.has(file)), leftOut }
  const [first] = session === undefined ? newer : []
  return { wanted: newer, older: first === undefined ? [] : files.slice(0, files.indexOf(first)), leftOut }
}

interface Candidates {
  readonly wanted: readonly MigrationFile[]
  /** All files there are, those that are wanted among them. */
  readonly files: readonly MigrationFile[]
}

async function candidates(
  world: World,
  selection: Selection,
  session: Session | undefined,
): Promise<Candidates> {
  if (selection.by === 'files') return await namedFiles(world, selection.patterns)
  const names = await listNames(migrationFolder(world))
  if (selection.by === 'pending' && session !== undefined) {
    const folder = await readFolder(world, names)
    return { wanted: (await planRun(world, session, folder)).pending, files: folder.files }
  }
  const files = await toMigrationFiles(names, migrationFolder(world))
  if (selection.by !== 'since') return { wanted: files, files }
  const changed = await changedSince({ folder: world.config.folder, signal: world.signal }, selection.ref)
  return { wanted: among(files, changed), files }
}

/** The files of the folder with these paths. */
function among(files: readonly MigrationFile[], paths: readonly string[]): MigrationFile[] {
  const chosen = new Set(paths)
  return files.filter(({ path }) => chosen.has(path))
}

async function namedFiles(world: World, patterns: readonly string[]): Promise<Candidates> {
  const paths = await expand(patterns)
  const folder = migrationFolder(world)
  const files = await listNames(folder)
    .then(async (names) => await toMigrationFiles(names, folder))
    .catch((): MigrationFile[] => [])
  const wanted = among(files, paths)
  if (wanted.length === paths.length) return { wanted, files }
  // Files of another tool: their paths say in which order they run.
  const others = paths
    .filter((path) => !isDownFile(path))
    .toSorted(compareOtherFiles)
    .map(strange)
  return { wanted: others, files: others }
}

const strange = (path: string): MigrationFile => ({ name: path, path, timestamp: 0 })

/** Whether a file is another tool's, and not one of the migrations folder. */
export const isStrange = ({ name, path }: MigrationFile): boolean => name === path

/** Paths, and what patterns stand for; a name that is a file is taken as it is, whatever letters are in it. */
async function expand(patterns: readonly string[]): Promise<string[]> {
  const paths: string[] = []
  for (const pattern of patterns) {
    // A shell may have put a thousand names in the place of a pattern.
    if (statSync(pattern, { throwIfNoEntry: false })?.isFile() === true) {
      paths.push(resolve(pattern))
      continue
    }
    const { glob, hasMagic } = await import('glob')
    const found = await glob(pattern, { nodir: true, absolute: true, windowsPathsNoEscape: true })
    if (found.length > 0) paths.push(...found.toSorted())
    else if (hasMagic(pattern)) throw nothingThere(`No file matches ${pattern}`)
    else throw noFile(pattern)
  }
  return [...new Set(paths)]
}

const noFile = (path: string) =>
  nothingThere(
    statSync(path, { throwIfNoEntry: false }) === undefined
      ? `There is no file ${path}`
      : `${path} is a folder, or no file to read`,
  )

const nothingThere = (what: string) =>
  usageError(`${what}.`, {
    todo: ["Name files or a quoted pattern: release check 'migrations/*.sql'; or none, for what is pending."],
  })
