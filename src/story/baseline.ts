import { basename, extname } from 'node:path'
import { configurationError, failedError, usageError, type ReleaseError } from '../core/errors.js'
import { noHooks } from '../core/hooks.js'
import type { MigrationFile } from '../core/migration.js'
import { nameCommand } from '../core/other-migrator.js'
import { listNames } from '../migrations/discover.js'
import { checksumOf } from '../migrations/load.js'
import { writeBaseline } from '../postgres/baseline.js'
import { ensureHistory } from '../postgres/history.js'
import { plainName } from '../postgres/identifiers.js'
import { ensureLedger, isEmpty } from '../postgres/ledger.js'
import { open } from '../postgres/opening.js'
import { finishRun, startRun } from '../postgres/runs.js'
import type { Session } from '../postgres/session.js'
import { prepareSession } from '../postgres/settings.js'
import { claimUnderLock } from './claiming.js'
import { examineOwner, writeClaim, type Claim } from './owning.js'
import { readFolder, readOwnHistory, type Folder } from './planning.js'
import { withDatabase } from './session.js'
import { appOf, historyTable, migrationFolder, runFacts, schemasToCreate, type World } from './world.js'

/** What a baseline did. */
export interface BaselineOutcome {
  /** Recorded as applied, in the order of the files; none of them was run. */
  readonly recorded: readonly string[]
  /** What the next `release migrate` runs. */
  readonly pending: readonly string[]
}

/**
 * Adopts a database whose schema exists without a history: records every migration up to and including `name` as
 * applied, under the release lock and in one transaction, and runs none. Rejects with 64 where no file is called
 * that, and with 1 where there is a history already, or nothing but an empty database.
 */
export async function recordBaseline(world: World, name: string): Promise<BaselineOutcome> {
  const { migrateCommand } = world.config
  if (migrateCommand !== undefined) throw ofAnother(nameCommand(migrateCommand))
  const names = await listNames(migrationFolder(world))
  const folder = await readFolder(world, names)
  const { upTo, after } = splitAt(folder.files, name)
  return await withDatabase(world, async (session, ends) => {
    const question = { history: historyTable(world), fingerprint: undefined, app: appOf(world) }
    await prepareSession(session, (await open(session, question)).serverVersion)
    // A person names the database and the migration: what keeps a review app from migrating by itself is no matter.
    const examine = async () => await examineOwner(world, session, undefined, false)
    const before = await examine()
    if (!before.go) throw leftAlone(before.reason)
    await refuseUnfit(world, session, folder)
    const { claim, lockWaitMs } = await claimUnderLock(world, {
      session,
      ends,
      hooks: noHooks,
      before,
      examine,
    })
    if (!claim.go) throw leftAlone(claim.reason)
    await refuseUnfit(world, session, folder)
    await ensureLedger(session)
    await inTransaction(session, async () => {
      await writeAll(world, session, { claim, lockWaitMs, folder, upTo })
    })
    return { recorded: upTo.map(nameOf), pending: after.map(nameOf) }
  })
}

const nameOf = (file: MigrationFile) => file.name

function splitAt(files: readonly MigrationFile[], given: string) {
  const wanted = basename(given)
  const last = files.findLastIndex(
    ({ name, path }) => name === wanted || `${name}${extname(path)}` === wanted,
  )
  if (last !== -1) return { upTo: files.slice(0, last + 1), after: files.slice(last + 1) }
  const newest = files.at(-1)?.name
  throw usageError(`No migration is called ${wanted}.`, {
    todo: [
      newest === undefined
        ? 'The folder holds no migration.'
        : `Name the last one whose changes the database has, such as ${newest} for all of them.`,
    ],
  })
}

/** Nothing is recorded over a history, nor for a database that has nothing of what the migrations make. */
async function refuseUnfit(world: World, session: Session, { files }: Folder): Promise<void> {
  const table = historyTable(world)
  const history = await readOwnHistory(world, session, files)
  if (history !== undefined && history.length > 0) {
    const many = history.length === 1 ? 'one migration' : `${history.length} migrations`
    throw failedError(
      'baseline-refused',
      `${plainName(table)} names ${many} already, so nothing was recorded.`,
      {
        todo: ['See what is pending: release plan. A database with a history needs no baseline.'],
      },
    )
  }
  if (await isEmpty(session)) {
    throw failedError(
      'baseline-refused',
      'The database is empty, so no migration can have been applied to it.',
      {
        todo: [`Is ${session.target.location} the right one? If so, release migrate builds it.`],
      },
    )
  }
}

interface Writing {
  readonly claim: Extract<Claim, { go: true }>
  readonly lockWaitMs: number
  readonly folder: Folder
  readonly upTo: readonly MigrationFile[]
}

async function writeAll(world: World, session: Session, { claim, ...rest }: Writing): Promise<void> {
  const { lockWaitMs, folder, upTo } = rest
  const history = historyTable(world)
  await writeClaim(world, session, claim)
  await ensureHistory(session, history, schemasToCreate(world))
  const facts = runFacts(world)
  const runId = await startRun(session, { ...facts, tool: `${facts.tool} baseline`, lockWaitMs })
  const migrations = upTo.map(({ name }) => ({ name, checksum: checksumOf(folder.sources.get(name) ?? '') }))
  await writeBaseline(session, { runId, history, migrations })
  await finishRun(session, runId, 'done', 0)
}

async function inTransaction(session: Session, work: () => Promise<void>): Promise<void> {
  await session.query('BEGIN')
  try {
    await work()
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

const leftAlone = (reason: string): ReleaseError =>
  failedError('baseline-refused', `Nothing was recorded: ${reason}.`, {
    todo: ['Check which database the URL names.'],
  })

const ofAnother = (command: string): ReleaseError =>
  configurationError('migrate-command', `migrate.command is set, so the history is that of ${command}.`, {
    todo: ['Record it there: each migrator has a way of its own (Prisma: migrate resolve --applied).'],
  })
