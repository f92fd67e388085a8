/** A migration file as the folder listing shows it; nothing has been read. */
export interface MigrationFile {
  /** What the history table stores: the file's name without its last extension. */
  readonly name: string
  /** Absolute path. */
  readonly path: string
  /** The number at the start of the name; orders the files. */
  readonly timestamp: number
}

/** A row of the history table (`pgmigrations`), oldest first. */
export interface AppliedMigration {
  readonly name: string
  readonly appliedAt: Date
}

/**
 * The number that a migration's name starts with, or undefined where it starts with none.
 * Seventeen digits are a UTC date written without separators, as node-pg-migrate's `utc` file format has it.
 */
export function timestampOf(name: string): number | undefined {
  const prefix = /^\d+/.exec(name)?.[0]
  if (prefix === undefined) return undefined
  if (prefix.length !== 17) return Number(prefix)
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(prefix)
  if (parts === null) return Number(prefix)
  const [, year, month, day, hour, minute, second, ms] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
}

const collator = new Intl.Collator(undefined, {
  usage: 'sort',
  numeric: true,
  sensitivity: 'variant',
  ignorePunctuation: true,
})

/** The order in which node-pg-migrate runs files: by number, then by name. */
export function compareMigrations(a: MigrationFile, b: MigrationFile): number {
  return a.timestamp - b.timestamp || collator.compare(a.name, b.name)
}
