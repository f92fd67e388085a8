import {
  deletedDrift,
  findChanged,
  findDuplicates,
  findEmptied,
  findOutOfOrder,
  findRenamed,
  type Drift,
  type DriftInput,
} from './drift.js'
import { compareMigrations, timestampOf, type AppliedMigration, type MigrationFile } from './migration.js'

/** What a run would do, as data. Nothing in it has been executed. */
export interface Plan {
  readonly pending: readonly MigrationFile[]
  readonly appliedCount: number
  /** Applied, newer than every file here: an older release of the app looks at a newer database. */
  readonly ahead: readonly string[]
  readonly drift: readonly Drift[]
}

/**
 * Compares files with history. Pending are the files that the history does not name, in file order.
 * A pending file older than an applied one is `order` drift, which is node-pg-migrate's `check-order`.
 */
export function makePlan(input: DriftInput): Plan {
  const files = input.files.toSorted(compareMigrations)
  const applied = new Map(input.history.map((entry) => [entry.name, entry]))
  const byName = new Map(files.map((file) => [file.name, file]))
  const pending = files.filter((file) => !applied.has(file.name))
  const missing = input.history.filter((entry) => !byName.has(entry.name))
  const renamed = findRenamed(input, missing, pending)
  const newest = files.at(-1)?.timestamp ?? -1
  const isAhead = (entry: AppliedMigration) => (timestampOf(entry.name) ?? 0) > newest
  const gone = missing.filter((entry) => !renamed.some((drift) => drift.migration === entry.name))
  return {
    pending,
    appliedCount: input.history.length,
    ahead: gone.filter(isAhead).map((entry) => entry.name),
    drift: [
      ...findChanged(input, applied),
      ...gone.filter((entry) => !isAhead(entry)).map((entry) => deletedDrift(entry, input)),
      ...renamed,
      ...findOutOfOrder(input, pending, files, applied, renamed),
      ...findDuplicates(input, files, applied),
      ...findEmptied(input),
    ].filter((drift) => drift.policy !== 'allow'),
  }
}

/** No file stands beside a history: probably a mistake, to be told of at every run. */
export const isEmptied = ({ drift }: Plan): boolean => drift.some(({ kind }) => kind === 'empty')
