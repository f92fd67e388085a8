import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf, usageError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import type { JudgedFile, Judgement } from '../judge/judge.js'
import { compareOtherFiles, isDownFile, readOtherFile } from '../judge/other-files.js'
import { loadGrammar } from '../judge/sql/grammar.js'
import { listNames, toMigrationFiles } from '../migrations/discover.js'
import { shownPath } from '../migrations/failure.js'
import { isSql, loadMigrations, readSources } from '../migrations/load.js'
import { readUpSection } from '../migrations/sql-file.js'
import { open } from '../postgres/opening.js'
import type { Session } from '../postgres/session.js'
import { changedSince } from './git.js'
import { judgeFiles, toJudged } from './judging.js'
import { planRun, readFolder } from './planning.js'
import { lookAtDatabase } from './session.js'
import { appOf, historyTable, migrationFolder, type World } from './world.js'

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

export interface Checked extends Judgement {
  /** Paths of what was judged, as they are shown. */
  readonly files: readonly string[]
  /** Texts by path, for the excerpts. */
  readonly sources: ReadonlyMap<string, string>
}

/** What is judged, and the older files that say what schema it meets. Both in the order in which they run. */
interface Selected {
  readonly wanted: readonly MigrationFile[]
  readonly older: readonly MigrationFile[]
}

/**
 * Judges migrations without running any. With a database its catalog sharpens the findings; nothing is written to
 * it. Rejects with a usage error (64) for files that are not there, and for a commit that git does not know.
 */
export async function check(world: World, selection: Selection): Promise<Checked> {
  if (selection.by !== 'pending' && world.config.databaseUrl === undefined) {
    return await checkWith(world, selection, undefined)
  }
  return await lookAtDatabase(world, async (session) => {
    await open(session, { history: historyTable(world), fingerprint: undefined, app: appOf(world) })
    await session.query('SET default_transaction_read_only = on')
    return await checkWith(world, selection, session)
  })
}

async function checkWith(world: World, selection: Selection, session: Session | undefined): Promise<Checked> {
  const { wanted, older } = await select(world, selection, session)
  const sources = new Map<string, string>()
  // A database says what is there; without one, the older files do.
  const before = session === undefined ? await read(world, older, sources) : []
  const files = await read(world, wanted, sources)
  const { folder } = world.config
  const judgement = await judgeFiles({ folder, files, before, eachAlone: selection.by === 'all', session })
  return { ...judgement, files: files.map(({ path }) => path), sources }
}

async function read(
  world: World,
  files: readonly MigrationFile[],
  sources: Map<string, string>,
): Promise<JudgedFile[]> {
  const texts = await readSources(files)
  const judged: JudgedFile[] = []
  for (const file of files) {
    const one = await readOne(world, file, files, texts)
    sources.set(one.path, texts.get(file.name) ?? '')
    judged.push(one)
  }
  return judged
}

/** One file; what cannot be loaded cannot be judged, and that is a finding, not an end. */
async function readOne(
  { config, signal }: World,
  file: MigrationFile,
  files: readonly MigrationFile[],
  sources: ReadonlyMap<string, string>,
): Promise<JudgedFile> {
  const { decamelize, tsconfigPaths } = config
  const source = sources.get(file.name) ?? ''
  if (isSql(file)) {
    const other = isStrange(file)
      ? readOtherFile({ path: shownPath(file), text: source }, await loadGrammar())
      : undefined
    return (
      other ?? (await toJudged({ kind: 'sql', file, source, up: readUpSection(source) }, decamelize, signal))
    )
  }
  try {
    const [loaded] = await loadMigrations({ files, pending: [file], sources, tsconfigPaths })
    if (loaded !== undefined) return await toJudged(loaded, decamelize, signal)
    return unreadable(file, 'it cannot be loaded')
  } catch (error) {
    signal.throwIfAborted()
    return unreadable(file, messageOf(error).replace(/\.$/, ''))
  }
}

const unreadable = (file: MigrationFile, why: string): JudgedFile => ({
  path: shownPath(file),
  texts: [{ sql: undefined, why, line: 1, inFile: false }],
  noTransaction: false,
  contract: false,
})

async function select(world: World, selection: Selection, session: Session | undefined): Promise<Selected> {
  if (selection.by === 'files') return await selectFiles(world, selection.patterns)
  const names = await listNames(migrationFolder(world))
  if (selection.by === 'pending' && session !== undefined) {
    const plan = await planRun(world, session, await readFolder(world, names))
    return { wanted: plan.pending, older: [] }
  }
  const files = await toMigrationFiles(names, migrationFolder(world))
  if (selection.by !== 'since') return { wanted: files, older: [] }
  const changed = await changedSince({ folder: world.config.folder, signal: world.signal }, selection.ref)
  return among(files, changed)
}

/** The files of the folder with these paths, and those that run before the first of them. */
function among(files: readonly MigrationFile[], paths: readonly string[]): Selected {
  const chosen = new Set(paths)
  const wanted = files.filter(({ path }) => chosen.has(path))
  const [first] = wanted
  return { wanted, older: first === undefined ? [] : files.slice(0, files.indexOf(first)) }
}

async function selectFiles(world: World, patterns: readonly string[]): Promise<Selected> {
  const paths = await expand(patterns)
  const folder = migrationFolder(world)
  const known = await listNames(folder)
    .then(async (names) => await toMigrationFiles(names, folder))
    .catch((): MigrationFile[] => [])
  const selected = among(known, paths)
  if (selected.wanted.length === paths.length) return selected
  // Files of another tool: their paths say in which order they run.
  const forwards = paths.filter((path) => !isDownFile(path))
  return { wanted: forwards.toSorted(compareOtherFiles).map(strange), older: [] }
}

const strange = (path: string): MigrationFile => ({ name: path, path, timestamp: 0 })

const isStrange = ({ name, path }: MigrationFile) => name === path

/** Paths, and what patterns stand for; a name that is a file is taken as it is, whatever letters are in it. */
async function expand(patterns: readonly string[]): Promise<string[]> {
  const { glob, hasMagic } = await import('glob')
  const paths: string[] = []
  for (const pattern of patterns) {
    const found = await glob(pattern, { nodir: true, absolute: true, windowsPathsNoEscape: true })
    if (found.length > 0) paths.push(...found.toSorted())
    else if (hasMagic(pattern)) throw nothingThere(`No file matches ${pattern}`)
    else if (await isFile(pattern)) paths.push(resolve(pattern))
    else throw nothingThere(`There is no file ${pattern}`)
  }
  return [...new Set(paths)]
}

const isFile = async (path: string) =>
  await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const nothingThere = (what: string) =>
  usageError(`${what}.`, {
    todo: ["Name files or a quoted pattern: release check 'migrations/*.sql'; or none, for what is pending."],
  })
