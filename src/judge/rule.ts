import type { Change, Name } from './change.js'
import type { Hazard } from '../core/finding.js'
import type { State } from './state/state.js'

/** A hazard that the judge knows. The catalogue of hazards is made of these. */
export interface Rule {
  /** `drop-column`; a waiver names it. */
  readonly name: string
  readonly hazard: Exclude<Hazard, 'unjudged'>
  /** What happens, in one sentence for the catalogue. */
  readonly danger: string
  /** The lock that it takes, on which table, and the work done while it is held. */
  readonly lock?: string
  /** What running code gets. https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly sqlstates?: readonly string[]
  /** Versions of PostgreSQL for which this holds, where it does not hold for all. */
  readonly versions?: string
  /** When the judge keeps quiet, a sentence each. */
  readonly exceptions: readonly string[]
  /** Where PostgreSQL says so. */
  readonly sources: readonly string[]
  readonly bad: Example
  readonly good: Example
  /** What it finds in one change; nothing: no danger. */
  readonly find: (change: Change, at: Place) => Advice | undefined
}

/** A migration and what runs beside it; a test runs both on a server. */
export interface Example {
  /** The schema and the rows that are there before. */
  readonly before: string
  /** Files of the migration, in order; `-- no-transaction` counts in each. */
  readonly files: readonly string[]
  /** What running code asks meanwhile and afterwards: it breaks, or waits, in the bad example and not in the good one. */
  readonly running?: string
  /** A role that running code is, and not the owner; the test makes it. */
  readonly role?: string
  /** The first major version of PostgreSQL for which it stands, where that is not so for all that are tested. */
  readonly since?: 14 | 17 | 18
  /** The files are contract migrations, for which no running code counts. */
  readonly contract?: true
  /**
   * What the bad example shows, where it is not the usual: work under a lock for `lock`, an error of running code
   * for `compatibility`, a stall or a failing migration for `order`. `short lock` is one without work under it.
   */
  readonly shows?: 'another answer' | 'short lock' | 'failure'
}

/** Where a change stands. */
export interface Place {
  /** The schema as it is when the change begins. */
  readonly state: State
  /** Changes before it in the same transaction, and after it in the same file. */
  readonly earlier: () => readonly Change[]
  readonly later: () => readonly Change[]
  /** All parts of its statement, itself among them: PostgreSQL does not run those of ALTER TABLE as they stand. */
  readonly beside: () => readonly Change[]
  /** Tables that were there before, and that earlier statements of the same transaction have locked. */
  readonly locked: () => readonly Name[]
  /** It stands in a transaction, and a statement after it in the same file has this text as a constant. */
  readonly isMentionedLater: (text: string) => boolean
  /** Its statement, as it is written. */
  readonly statement: string
  /** The file runs outside a transaction, statement by statement. */
  readonly noTransaction: boolean
  /** It stands in a transaction: that of its file, or one that the file begins itself. */
  readonly inTransaction: () => boolean
  /** It is a contract migration: running code is gone before it runs. */
  readonly contract: boolean
}

export interface Advice {
  readonly table: Name | undefined
  readonly message: string
  readonly why: string
  readonly instead: string
  readonly sqlstate?: string
  /** For what may do no harm; otherwise it is an error. */
  readonly severity?: 'warning'
}
