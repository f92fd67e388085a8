import type { JudgedDyno } from './dyno-verdict.js'
import type { ExitCode } from './exit-codes.js'
import type { Holder } from './holder.js'
import type { Ownership } from './ownership.js'
import type { Drift } from './drift.js'
import type { MaintenanceRecord } from './maintenance.js'
import type { ProcessType } from './restart.js'
import type { JudgedSession, SessionFact } from './session-owner.js'
import { messageOf, ReleaseError } from './errors.js'
import { exitCodes } from './exit-codes.js'

/** An error that takes the place of the fact that could not be had. */
export interface Trouble {
  readonly code: string
  readonly message: string
  readonly todo: readonly string[]
  readonly exitCode: ExitCode
}

/** A fact, or why it is not known. */
export type Known<Fact> = Fact | { readonly error: Trouble }

/** True where a fact could not be had. */
export const isUnknown = <Fact extends object>(fact: Known<Fact>): fact is { readonly error: Trouble } =>
  'error' in fact

export interface MigrationsStatus {
  /** The command of another migrator; what is applied and pending, it alone knows, so the rest says nothing. */
  readonly migrator?: string
  /** The history table, `public.pgmigrations`. */
  readonly history: string
  /** Null: there is no history table yet. */
  readonly applied: number | null
  /** Names in the order they would run; null: the files could not be listed. */
  readonly pending: readonly string[] | null
  /** Applied and newer than every file. */
  readonly ahead: readonly string[]
  readonly drift: readonly Drift[]
  /** Why some of this is not known. */
  readonly problem: Trouble | undefined
}

/** A run as the ledger keeps it; null: the run did not know. */
export interface RunStatus {
  readonly startedAt: Date
  readonly app: string | null
  readonly release: string | null
  readonly dyno: string | null
  readonly who: string | null
  /** `interrupted` also for one that was killed and that nobody has closed yet. */
  readonly outcome: 'running' | 'done' | 'failed' | 'interrupted'
  readonly applied: number
  readonly durationMs: number | null
  /** The first line of it. */
  readonly error: string | null
}

export interface DatabaseStatus {
  /** `host:port/database`. */
  readonly location: string
  /** `server_version_num`, such as 170004. */
  readonly serverVersion: number
  /** `app` is null where a ledger names none, and where there is no ledger. */
  readonly owner: Known<{ readonly app: string | null; readonly ownership: Ownership }>
  readonly migrations: Known<MigrationsStatus>
  /** Who holds the release lock; nobody when it is empty. */
  readonly holders: Known<readonly Holder[]>
  /** What a release has closed and not opened again; null: nothing. */
  readonly maintenance: Known<{ readonly record: MaintenanceRecord | null }>
  /** The last ones, newest first. */
  readonly runs: Known<readonly RunStatus[]>
  /** When the last migration of the ledger finished, and which dyno ran it; null: there was none, or by hand. */
  readonly migratedAt: Known<{ readonly at: Date | null; readonly dyno: string | null }>
  /** Of the app and of whoever else uses the database, but none of this command; oldest first. */
  readonly sessions: Known<readonly JudgedSession[]>
}

/** The database's side alone: whose its sessions are, only the platform's side can tell. */
export type DatabaseFacts = Omit<DatabaseStatus, 'sessions'> & {
  readonly sessions: Known<readonly SessionFact[]>
}

export interface ReleaseStatus {
  readonly version: number
  /** `pending`, `succeeded`, `failed` or `expired`. */
  readonly status: string
  readonly description: string
  readonly by: string | undefined
  readonly createdAt: Date
}

export interface PlatformStatus {
  readonly app: string
  readonly generation: string | undefined
  readonly maintenance: boolean
  readonly preboot: boolean
  /** Until when old web dynos go on serving, unlisted, because of preboot; undefined: none does. */
  readonly prebootUntil: Date | undefined
  /** Undefined for an app that never had a release. */
  readonly current: (ReleaseStatus & { readonly commit: string | undefined }) | undefined
  /** Releases newer than the current one: under way, or failed. Newest first. */
  readonly newer: readonly ReleaseStatus[]
  /** Process types that are not scaled to zero. */
  readonly formation: readonly ProcessType[]
  readonly dynos: readonly JudgedDyno[]
  /** API requests that the account has left; undefined where Heroku did not say. */
  readonly requestsLeft: number | undefined
}

/** What `release status` knows, as plain data. */
export interface Status {
  /** The app that the settings name. */
  readonly app: string | undefined
  readonly at: Date
  readonly database: Known<DatabaseStatus>
  readonly platform: Known<PlatformStatus>
}

/** An error as a fact. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ReleaseError)) {
    return { code: 'unexpected', message: messageOf(error), todo: [], exitCode: exitCodes.failed }
  }
  const { code, message, todo, exitCode } = error
  return { code, message, todo, exitCode }
}
