import { compareMigrations, timestampOf, type AppliedMigration, type MigrationFile } from './migration.js'

/** What a run does about a kind of drift. */
export type DriftPolicy = 'error' | 'warn' | 'allow'

export type DriftKind = 'changed' | 'deleted' | 'renamed' | 'order' | 'duplicate' | 'empty'

/** One disagreement between the files and the history. */
export interface Drift {
  readonly kind: DriftKind
  readonly policy: DriftPolicy
  /** The migration concerned, as the history or the folder names it. */
  readonly migration: string
  /** The other migration of the pair: the new name, the newer one, the twin. */
  readonly other?: string
  readonly message: string
  readonly todo: string
}

/** What is compared. */
export interface DriftInput {
  readonly files: readonly MigrationFile[]
  readonly history: readonly AppliedMigration[]
  readonly policies: Readonly<Record<DriftKind, DriftPolicy>>
  /** Checksums of the files by name; only those that somebody read. */
  readonly checksums: ReadonlyMap<string, string>
  /** Checksums by name as the ledger keeps them from when each was applied. */
  readonly recorded: ReadonlyMap<string, { readonly checksum: string; readonly release?: string }>
}

/** Applied files that say something else now than when they ran. */
export function findChanged(input: DriftInput, applied: ReadonlyMap<string, AppliedMigration>): Drift[] {
  const drifts: Drift[] = []
  for (const [name, entry] of applied) {
    const then = input.recorded.get(name)
    const now = input.checksums.get(name)
    if (then === undefined || now === undefined || then.checksum === now) continue
    const release = then.release === undefined ? '' : ` by release ${then.release}`
    drifts.push({
      kind: 'changed',
      policy: input.policies.changed,
      migration: name,
      message: `${name} was changed after it was applied on ${day(entry.appliedAt)}${release}; what it says now has not run.`,
      todo: 'Put the file back as it was and write the change as a new migration.',
    })
  }
  return drifts
}

/** An applied migration whose file is gone while newer files are there. */
export function deletedDrift(entry: AppliedMigration, input: DriftInput): Drift {
  return {
    kind: 'deleted',
    policy: input.policies.deleted,
    migration: entry.name,
    message: `${entry.name} was applied on ${day(entry.appliedAt)}, and its file is gone; a new database would be built without it.`,
    todo: 'Put the file back, or leave it out for good and ignore this line.',
  }
}

/** Applied files that seem to have another name now, under which they would run again. */
export function findRenamed(
  input: DriftInput,
  missing: readonly AppliedMigration[],
  pending: readonly MigrationFile[],
): Drift[] {
  return missing.flatMap((entry): Drift[] => {
    const then = input.recorded.get(entry.name)?.checksum
    const now = pending.find((file) =>
      then === undefined ? looksRenamed(entry.name, file) : input.checksums.get(file.name) === then,
    )
    if (now === undefined) return []
    return [
      {
        kind: 'renamed',
        policy: input.policies.renamed,
        migration: entry.name,
        other: now.name,
        message: `${entry.name}, applied on ${day(entry.appliedAt)}, ${then === undefined ? 'seems to be called' : 'is now called'} ${now.name}; under the new name it would run a second time.`,
        todo: `Name the file ${entry.name} again. If it is a migration of its own, set drift.renamed to warn.`,
      },
    ]
  })
}

/** For history without a checksum, which node-pg-migrate wrote: the same number, or the same words behind it. */
function looksRenamed(applied: string, file: MigrationFile): boolean {
  const words = wordsOf(applied)
  return timestampOf(applied) === file.timestamp || (words !== '' && words === wordsOf(file.name))
}

const wordsOf = (name: string) => name.replace(/^\d+[-_]*/, '')

/** Pending files that are older than an applied one: node-pg-migrate's `check-order`. */
export function findOutOfOrder(
  input: DriftInput,
  pending: readonly MigrationFile[],
  files: readonly MigrationFile[],
  applied: ReadonlyMap<string, AppliedMigration>,
  renamed: readonly Drift[],
): Drift[] {
  const newest = newestApplied(files, applied, input.history)
  if (newest === undefined) return []
  return pending
    .filter((file) => compareMigrations(file, newest) < 0)
    .filter((file) => !renamed.some((drift) => drift.other === file.name))
    .map((file) => ({
      kind: 'order' as const,
      policy: input.policies.order,
      migration: file.name,
      other: newest.name,
      message: `${file.name} has not run, and ${newest.name}, which comes after it, was applied already; two branches were probably merged.`,
      todo: `Give ${file.name} a number higher than ${newest.name} has, or allow any order with --no-check-order.`,
    }))
}

function newestApplied(
  files: readonly MigrationFile[],
  applied: ReadonlyMap<string, AppliedMigration>,
  history: readonly AppliedMigration[],
): MigrationFile | undefined {
  const known = files.filter((file) => applied.has(file.name))
  const unknown = history.flatMap((entry) => {
    const timestamp = timestampOf(entry.name)
    return timestamp === undefined ? [] : [{ name: entry.name, path: '', timestamp }]
  })
  return [...known, ...unknown].toSorted(compareMigrations).at(-1)
}

/**
 * No file at all beside a history. Not refused: an app that was rolled back to the time before its first migration
 * must come up.
 */
export function findEmptied({ files, history, policies }: DriftInput): Drift[] {
  const last = history.at(-1)
  if (files.length > 0 || last === undefined) return []
  return [
    {
      kind: 'empty',
      policy: policies.empty,
      migration: last.name,
      message: `No migration was found here, and ${history.length} ${history.length === 1 ? 'is' : 'are'} applied (${last.name} last): this is probably the wrong folder, or a slug that was built without it.`,
      todo: 'Check migrations-dir, .slugignore, and what a Docker image copies. For code from before the first migration all is well.',
    },
  ]
}

/** Files with one number, of which one has yet to run. */
export function findDuplicates(
  input: DriftInput,
  files: readonly MigrationFile[],
  applied: ReadonlyMap<string, AppliedMigration>,
): Drift[] {
  const drifts: Drift[] = []
  for (const [index, file] of files.entries()) {
    const before = files[index - 1]
    if (before === undefined || before.timestamp !== file.timestamp) continue
    if (applied.has(before.name) && applied.has(file.name)) continue
    const twins = before.name === file.name
    const why = twins
      ? 'have the same name, and the history could not tell them apart'
      : 'have the same number, so nothing says which of them runs first'
    drifts.push({
      kind: 'duplicate',
      policy: twins ? 'error' : input.policies.duplicate,
      migration: before.name,
      other: file.name,
      message: `${fileName(before)} and ${fileName(file)} ${why}.`,
      todo: 'Give the one that has not run a number of its own.',
    })
  }
  return drifts
}

const fileName = ({ path }: MigrationFile) =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

const day = (date: Date) => date.toISOString().slice(0, 10)
