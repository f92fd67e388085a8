import { failedError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { makePlan, type DriftPolicy, type Plan } from '../core/plan.js'
import { toMigrationFiles } from '../migrations/discover.js'
import {
  checksumOf,
  loadMigrations,
  readSources,
  type LoadedMigration,
  type Sources,
} from '../migrations/load.js'
import { readHistory, readRecorded, refuseMisplacedHistory } from '../postgres/history.js'
import type { Session } from '../postgres/session.js'
import { historyTable, migrationFolder, type World } from './world.js'

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
  const table = historyTable(world)
  const history = await readHistory(session, table)
  if (history === undefined) await refuseMisplacedHistory(session, table)
  return makePlan({
    files,
    history: history ?? [],
    policies: policiesOf(world),
    checksums: new Map([...sources].map(([name, source]) => [name, checksumOf(source)])),
    recorded: await readRecorded(session, table),
  })
}

function policiesOf({ config }: World) {
  const order: DriftPolicy = config.checkOrder ? 'error' : 'allow'
  return {
    changed: config.driftChanged,
    deleted: config.driftDeleted,
    renamed: config.driftRenamed,
    order,
    duplicate: order,
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
  if (plan.ahead.length > 0) {
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
