import { messageOf, ReleaseError } from './errors.js'
import { exitCodes } from './exit-codes.js'
import type { MigrateOutcome } from './outcome.js'

/** Of which releases somebody wants to be told. */
export const noticeLevels = ['failure', 'change', 'always'] as const
export type NoticeLevel = (typeof noticeLevels)[number]

/** Who released, as far as it is known. */
export interface ReportFacts {
  readonly app: string | undefined
  readonly release: string | undefined
  readonly commit: string | undefined
  readonly dyno: string | undefined
  readonly who: string | undefined
  readonly inReleasePhase: boolean
  readonly tool: string
}

/** How a release ended, as others are told; docs/hooks.md shows it. Null: not known, or it does not apply. */
export interface Report {
  readonly type: 'release.failed' | 'release.applied' | 'release.nothing' | 'release.skipped'
  /** ISO 8601. */
  readonly timestamp: string
  readonly data: {
    readonly app: string | null
    readonly release: string | null
    readonly commit: string | null
    readonly dyno: string | null
    readonly who: string | null
    readonly inReleasePhase: boolean
    readonly tool: string
    readonly durationMs: number
    readonly applied: readonly string[]
    readonly appliedCount: number | null
    readonly restarted: readonly string[] | null
    readonly reason: string | null
    readonly error: ReportedError | null
  }
}

export interface ReportedError {
  readonly code: string
  readonly exitCode: number
  readonly message: string
  readonly state: string | null
  readonly todo: readonly string[]
  readonly sqlstate: string | null
}

/** What a release came to: its outcome, or its error and what had been applied by then. */
export type Ending =
  | { readonly outcome: MigrateOutcome }
  | { readonly error: unknown; readonly applied: readonly string[] }

/** Writes a report; `at` is the end, and every text of the error passes `redact`. */
export function reportOf(
  facts: ReportFacts,
  ending: Ending,
  given: { readonly at: Date; readonly durationMs: number; readonly redact: (text: string) => string },
): Report {
  const { at, durationMs, redact } = given
  const who = {
    app: facts.app ?? null,
    release: facts.release ?? null,
    commit: facts.commit ?? null,
    dyno: facts.dyno ?? null,
    who: facts.who ?? null,
    inReleasePhase: facts.inReleasePhase,
    tool: facts.tool,
    durationMs: Math.round(durationMs),
  }
  const timestamp = at.toISOString()
  if ('error' in ending) {
    const error = reportError(ending.error, redact)
    const { applied } = ending
    return { type: 'release.failed', timestamp, data: { ...who, ...nothing, applied, error } }
  }
  const { outcome, applied, appliedCount, reason, restart } = ending.outcome
  const data = {
    ...who,
    ...nothing,
    applied: applied.map(({ name }) => name),
    appliedCount: outcome === 'skipped' ? null : appliedCount,
    restarted: restart?.restarted === true ? restart.dynos : null,
    reason: reason ?? null,
  }
  return { type: `release.${outcome}`, timestamp, data }
}

const nothing = { applied: [], appliedCount: null, restarted: null, reason: null, error: null }

// The lines under an error may quote rows of the database: they stay in the log.
function reportError(error: unknown, redact: (text: string) => string): ReportedError {
  const known = error instanceof ReleaseError ? error : undefined
  return {
    code: known?.code ?? 'unexpected',
    exitCode: known?.exitCode ?? exitCodes.failed,
    message: redact(messageOf(error)),
    state: known?.state === undefined ? null : redact(known.state),
    todo: (known?.todo ?? []).map(redact),
    sqlstate: known?.sqlstate ?? null,
  }
}

/** Whether somebody who asked for this level wants to be told of this. */
export function isWanted(level: NoticeLevel, { type }: Report): boolean {
  if (type === 'release.failed' || level === 'always') return true
  return level === 'change' && type === 'release.applied'
}
