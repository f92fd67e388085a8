import { messageOf } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import type { JudgedFile, Judgement } from '../judge/judge.js'
import { readOtherFile } from '../judge/other-files.js'
import { loadGrammar } from '../judge/sql/grammar.js'
import { shownPath } from '../migrations/failure.js'
import { isSql, loadMigrations, readSources } from '../migrations/load.js'
import { readUpSection } from '../migrations/sql-file.js'
import { open } from '../postgres/opening.js'
import type { Session } from '../postgres/session.js'
import { judgeFiles, toJudged } from './judging.js'
import { isStrange, select, type Selection } from './selecting.js'
import { lookAtDatabase } from './session.js'
import { appOf, historyTable, type World } from './world.js'

export interface Checked extends Judgement {
  /** How many were left out, because they are not newer than the baseline. */
  readonly leftOut: number
  /** Paths of what was judged, as they are shown. */
  readonly files: readonly string[]
  /** Texts by path, for the excerpts. */
  readonly sources: ReadonlyMap<string, string>
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
  const { wanted, older, leftOut } = await select(world, selection, session)
  const sources = new Map<string, string>()
  const before = await read(world, older, sources)
  const files = await read(world, wanted, sources)
  const { folder } = world.config
  const judgement = await judgeFiles({ folder, files, before, eachAlone: selection.by === 'all', session })
  return { ...judgement, files: files.map(({ path }) => path), leftOut, sources }
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
