import { failedError } from '../core/errors.js'
import type { AppliedMigration, MigrationFile } from '../core/migration.js'
import type { DriftPolicy } from '../core/drift.js'
import { isEmptied, makePlan, type Plan } from '../core/plan.js'
import { fingerprintOf, listNames, toMigrationFiles } from '../migrations/discover.js'
import {
  checksumOf,
  loadMigrations,
  readSources,
  type LoadedMigration,
  type Sources,
} from '../migrations/load.js'
import { readHistory, readRecorded } from '../postgres/history.js'
import { refuseMisplacedHistory } from '../postgres/misplaced-history.js'
import type { Session } from '../postgres/session.js'
import { historyTable, migrationFolder, type World } from './world.js'

/** What stands in the folder, unread. */
export interface Listing {
  readonly names: readonly string[]
  /** Says whether it is the same as another time. */
  readonly fingerprint: string
}

export async function listFolder(world: World): Promise<Listing> {
  const folder = migrationFolder(world)
  const names = await listNames(folder)
  return { names, fingerprint: fingerprintOf(names, folder) }
}

/** The folder as it was read: files in the order they run, and their texts by name. */
export interface Folder {
  readonly files: readonly MigrationFile[]
  readonly sources: Sources
}

/** Reads every file of the folder, once. Rejects (exit 1) for one that is unreadable or no migration. */
export async function readFolder(world: World, names: readonly string[]): Promise<Folder> {
  const files = await toMigrationFiles(names, migrationFolder(world))
  return { files, sources: await readSources(files) }
}

/** Compares the folder with the history. Reads tables; runs and changes nothing. */
export async function planRun(world: World, session: Session, { files, sources }: Folder): Promise<Plan> {
  const history = await readOwnHistory(world, session, files)
  return makePlan({
    files,
    history: history ?? [],
    policies: policiesOf(world),
    checksums: new Map([...sources].map(([name, source]) => [name, checksumOf(source)])),
    recorded: await readRecorded(session, historyTable(world)),
  })
}

/**
 * The applied migrations, or undefined where the history table is not there. Throws 78 where it names none and
 * another table turns out to be the history of these files.
 */
export async function readOwnHistory(
  world: World,
  session: Session,
  files: readonly MigrationFile[],
): Promise<AppliedMigration[] | undefined> {
  const table = historyTable(world)
  const history = await readHistory(session, table)
  if (history !== undefined && history.length > 0) return history
  await refuseMisplacedHistory(session, {
    table,
    exists: history !== undefined,
    schemaIsMeant: world.config.migrationsSchema !== undefined,
    names: files.map(({ name }) => name),
  })
  return history
}

function policiesOf({ config }: World) {
  const order: DriftPolicy = config.checkOrder ? 'error' : 'allow'
  return {
    changed: config.driftChanged,
    deleted: config.driftDeleted,
    renamed: config.driftRenamed,
    order,
    duplicate: order,
    empty: 'warn' as const,
  }
}

/** Tells of drift that may stay, and refuses (exit 1) drift that may not, before anything has run. */
export function heedDrift({ log }: World, plan: Plan): void {
  const refused = plan.drift.filter((drift) => drift.policy === 'error')
  const [first] = refused
  if (first !== undefined) {
    const many = refused.length > 1
    throw failedError(
      'drift',
      many ? `The files and the history disagree in ${refused.length} places.` : first.message,
      {
        detail: many ? refused.map((drift) => drift.message) : [],
        todo: [...new Set(refused.map((drift) => drift.todo)), 'Nothing was run; the database is as it was.'],
      },
    )
  }
  for (const drift of plan.drift.slice(0, shown))
    log.warn('plan', `${drift.message} ${drift.todo}`, { drift })
  if (plan.drift.length > shown) {
    log.warn('plan', `${plan.drift.length - shown} more like it; \`release status\` lists them all`)
  }
  if (plan.ahead.length > 0 && !isEmptied(plan)) {
    log.info(
      'plan',
      `the database is ahead of this code by ${plan.ahead.length} (${plan.ahead.at(-1)} last): an older release runs on a newer schema`,
    )
  }
}

const shown = 5

/** Loads what is pending, each file once. */
export async function loadPending(
  world: World,
  { files, sources }: Folder,
  { pending }: Plan,
): Promise<LoadedMigration[]> {
  const { tsconfigPaths } = world.config
  return await loadMigrations({ files, pending, sources, tsconfigPaths })
}
