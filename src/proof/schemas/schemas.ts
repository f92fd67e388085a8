import { readFile } from 'node:fs/promises'
import { configurationError, messageOf, usageError } from '../../core/errors.js'
import type { MigrationFile } from '../../core/migration.js'
import { listNames, toMigrationFiles, type MigrationFolder } from '../../migrations/discover.js'
import { loadMigrations, readSources, type LoadedMigration } from '../../migrations/load.js'
import { select, type Selected, type Selection } from '../../story/selecting.js'
import { migrationFolder, type World } from '../../story/world.js'
import { withBaseTree, type BaseTree } from './base-tree.js'
import { readDump, type Dump } from './dump.js'

/** The schema of the running code, and what comes on top of it. */
export interface Schemas {
  /** `the 16 migrations of origin/main (1a2b3c4)`. */
  readonly shown: string
  readonly dump: Dump | undefined
  readonly base: readonly LoadedMigration[]
  /** In the order in which they run. */
  readonly pending: readonly LoadedMigration[]
  /** Contract migrations that the base has not, which come after those. */
  readonly contracts: readonly LoadedMigration[]
  /** A copy of the running code's files, where git was asked for them, and where it was taken from. */
  readonly tree?: BaseTree & { readonly shown: string }
  readonly remarks: readonly string[]
}

export interface Wanted {
  readonly selection: Selection
  /** A dump of the schema, instead of the migrations of the base. */
  readonly dumpPath: string | undefined
  /** What the selection means, where the live database had to be asked for it. */
  readonly selected: Selected | undefined
}

/** Finds out what makes up both schemas, and does work with them. Throws 64 where nothing says what the base is. */
export async function withSchemas<Result>(
  world: World,
  wanted: Wanted,
  work: (schemas: Schemas) => Promise<Result>,
): Promise<Result> {
  const { selection, dumpPath } = wanted
  if (selection.by === 'all') throw noBase()
  const dump = dumpPath === undefined ? undefined : await dumpAt(dumpPath)
  if (selection.by === 'since') return await sinceCommit(world, selection.ref, dump, work)
  const selected = wanted.selected ?? (await select(world, selection, undefined))
  const files = await filesOf(migrationFolder(world))
  const first = files.findIndex(({ name }) => selected.wanted.some((file) => file.name === name))
  const older =
    selection.by === 'pending'
      ? files.filter(({ name }) => selected.wanted.every((file) => file.name !== name))
      : files.slice(0, Math.max(0, first))
  const base = dump === undefined ? await load(world, files, older) : []
  const pending = await load(world, files, expands(selected.wanted))
  const shown =
    dump?.shown ??
    (selection.by === 'pending' ? countOf(base.length, 'applied ') : `${countOf(base.length)} before it`)
  return await work({ shown, dump, base, pending, contracts: [], remarks: dump?.remarks ?? [] })
}

async function sinceCommit<Result>(
  world: World,
  ref: string,
  dump: Dump | undefined,
  work: (schemas: Schemas) => Promise<Result>,
): Promise<Result> {
  return await withBaseTree(world, ref, async (copy) => {
    const { folder, commit } = copy
    // The branch may bring the first migrations.
    const there = await filesIfAny({ ...migrationFolder(world), root: folder })
    const here = await filesOf(migrationFolder(world))
    const base = dump === undefined ? await load(world, there, there) : []
    const pending = await load(world, here, missing(there, here))
    const contractsHere = await filesIfAny(contractFolder(world))
    const contractsThere = await filesIfAny({ ...contractFolder(world), root: folder })
    const contracts = await load(world, contractsHere, missing(contractsThere, contractsHere))
    const shown = dump?.shown ?? `${countOf(base.length)} of ${ref} (${commit})`
    const remarks = [...(dump?.remarks ?? []), ...(await changedRemarks(there, here))]
    const tree = { ...copy, shown: `${ref} (${commit})` }
    return await work({ shown, dump, base, pending, contracts, tree, remarks })
  })
}

const missing = (there: readonly MigrationFile[], here: readonly MigrationFile[]) => {
  const known = new Set(there.map(({ name }) => name))
  return here.filter(({ name }) => !known.has(name))
}

// What takes away what the running code needs stands beside the migrations, and runs when that code is gone.
const contractFolder = (world: World): MigrationFolder => ({
  ...migrationFolder(world),
  dir: ['contract-migrations'],
  useGlob: false,
})

const countOf = (count: number, which = '') =>
  `the ${count} ${which}${count === 1 ? 'migration' : 'migrations'}`

async function filesOf(folder: MigrationFolder): Promise<MigrationFile[]> {
  return await toMigrationFiles(await listNames(folder), folder)
}

async function filesIfAny(folder: MigrationFolder): Promise<MigrationFile[]> {
  return await filesOf(folder).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('does not exist')) return []
    throw error
  })
}

// A contract runs when no running code is left that it could break.
const expands = (files: readonly MigrationFile[]) =>
  files.filter(({ path }) => !/(?:^|[\\/])contract-migrations[\\/]/.test(path))

/** `all` says which shorthands those to be loaded see. */
async function load(
  { config }: World,
  all: readonly MigrationFile[],
  wanted: readonly MigrationFile[],
): Promise<LoadedMigration[]> {
  const files = wanted.every((file) => all.includes(file)) ? all : wanted
  const sources = await readSources(files)
  return await loadMigrations({ files, pending: wanted, sources, tsconfigPaths: config.tsconfigPaths })
}

/** A file that was applied once does not run again, however it was changed since. */
async function changedRemarks(
  there: readonly MigrationFile[],
  here: readonly MigrationFile[],
): Promise<string[]> {
  const before = await readSources(there)
  const now = await readSources(here.filter(({ name }) => before.has(name)))
  const changed = [...now].flatMap(([name, text]) => (before.get(name) === text ? [] : [name]))
  return changed.map((name) => `${name} was changed, but stands in the history: it does not run again.`)
}

async function dumpAt(path: string): Promise<Dump> {
  try {
    return readDump(path, await readFile(path, 'utf8'))
  } catch (error) {
    throw configurationError('dump-unreadable', `The dump ${path} cannot be read: ${messageOf(error)}.`, {
      todo: ['Make one with: pg_dump --schema-only --no-owner > structure.sql'],
      cause: error,
    })
  }
}

const noBase = () =>
  usageError('The proof has to know which schema the running code is on, and nothing says so.', {
    todo: [
      'Name the commit that is running: release check --prove --since origin/main',
      'Or set DATABASE_URL: its history says which migrations are applied. Nothing is written to it.',
    ],
  })
