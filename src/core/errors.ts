import { exitCodes, type ExitCode } from './exit-codes.js'

/** What an error may carry besides its sentence; everything is optional and printable. */
export interface ReleaseErrorOptions {
  /** What the person at the terminal should do now, one sentence or command per entry. */
  readonly todo?: readonly string[]
  /** Lines shown as they are under the sentence: a source excerpt, a list of dynos. */
  readonly detail?: readonly string[]
  /** What holds now, one sentence: what was done, what was rolled back. */
  readonly state?: string | undefined
  /** SQLSTATE, where PostgreSQL gave one. */
  readonly sqlstate?: string | undefined
  readonly cause?: unknown
}

/**
 * An error meant for the person at the terminal. The message is a sentence (what happened and why),
 * `todo` says what to do now, and `exitCode` is what the command ends with.
 * `code` is a stable kebab-case name that `--json` carries, so that scripts need not read sentences.
 */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError'
  readonly code: string
  readonly exitCode: ExitCode
  readonly todo: readonly string[]
  readonly detail: readonly string[]
  readonly state: string | undefined
  readonly sqlstate: string | undefined

  constructor(code: string, exitCode: ExitCode, message: string, options: ReleaseErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exitCode = exitCode
    this.todo = options.todo ?? []
    this.detail = options.detail ?? []
    this.state = options.state
    this.sqlstate = options.sqlstate
  }
}

/** Whether something thrown is one; a file of its own in what ships (`build.mjs`) has a class of its own too. */
export const isReleaseError = (error: unknown): error is ReleaseError =>
  error instanceof ReleaseError ||
  (error instanceof Error && error.name === 'ReleaseError' && 'exitCode' in error && 'todo' in error)

/** Wrong flags or arguments: exit 64. */
export const usageError = (message: string, options?: ReleaseErrorOptions) =>
  new ReleaseError('usage', exitCodes.usage, message, options)

/** A setting that cannot be right: exit 78. */
export const configurationError = (code: string, message: string, options?: ReleaseErrorOptions) =>
  new ReleaseError(code, exitCodes.configuration, message, options)

/** The database or the Platform API cannot be reached or refuses us: exit 69. */
export const unavailableError = (code: string, message: string, options?: ReleaseErrorOptions) =>
  new ReleaseError(code, exitCodes.unavailable, message, options)

/** It may work in a moment: exit 75. */
export const tryAgainError = (code: string, message: string, options?: ReleaseErrorOptions) =>
  new ReleaseError(code, exitCodes.tryAgain, message, options)

/** The work was tried and failed: exit 1. */
export const failedError = (code: string, message: string, options?: ReleaseErrorOptions) =>
  new ReleaseError(code, exitCodes.failed, message, options)

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return error.errors.map(messageOf).join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}
