import type { MigrationConnection } from './connection.js'
import type { Waits } from './grammar/concurrent-work.js'

/** How one migration went, for the ledger. */
export interface Attempted {
  readonly inTransaction: boolean
  readonly durationMs: number
  readonly lockWaitMs: number
  readonly attempts: number
}

/** An attempt as it is recorded: one whose record travels with it leaves its duration to the server's clock. */
export type Recorded = Omit<Attempted, 'durationMs'> & { readonly durationMs: number | undefined }

export interface ApplyOptions {
  readonly connection: MigrationConnection
  readonly searchPath: string
  readonly decamelize: boolean
  readonly lockTimeoutMs: number
  readonly lockRetryMs: number
  readonly signal?: AbortSignal | undefined
  /** The statement that writes history and ledger; sent in the migration's own transaction. */
  readonly record: (recorded: Recorded) => string
  /** A lock was not to be had in time (55P03), or a deadlock was broken (40P01); tried again after the pause. */
  readonly onLockTimeout: (sqlstate: string, attempt: number, pauseMs: number) => Promise<void>
  /** Runs a statement that waits for others by design, outside a transaction. */
  readonly patiently: (waits: Waits, work: () => Promise<void>) => Promise<void>
  /** Remembers statements that run outside a transaction, until the migration is recorded. */
  readonly keeping: Keeping
  /** Makes sure of the release lock after SQL that may have let go of it; rejects when another one took it. */
  readonly keepLock: () => Promise<void>
  readonly onLog?: (line: string) => void
  readonly onWarn: (line: string) => void
  /** The migration ended its transaction by itself. */
  readonly onOwnCommit: () => void
}

/** A statement that an attempt, this one or an earlier one, has run; not `done`: it has begun, and no more is known. */
export interface KeptStatement {
  readonly hash: string
  readonly done: boolean
}

/** What outlives an attempt of a migration that is not in one transaction: which of its statements are done. */
export interface Keeping {
  /** From the first statement on, without a gap. */
  readonly read: () => Promise<readonly KeptStatement[]>
  /** SQL that keeps these, the first of them at this place (from 0). */
  readonly keepSql: (place: number, statements: readonly KeptStatement[]) => string
  /** SQL that forgets what is kept from this place on. */
  readonly forgetSql: (place: number) => string
}

/** What an attempt has come to so far. */
export interface Tally {
  /** From 1. */
  readonly attempt: number
  begun: boolean
  inTransaction: boolean
  /** Statements that the migration's own code sent while it was built. */
  asked: number
  /** Statements of a migration outside a transaction that are applied and kept, whatever comes. */
  stayed: number
  /** A statement that commits by itself was under way: some of it may stay. */
  partWay: boolean
  readonly attempted: () => Attempted
}
