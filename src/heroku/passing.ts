import { ReleaseError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'

/** True for an error that a later try may not meet: Heroku is unavailable, or the quota is used up. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ReleaseError)) return false
  return error.exitCode === exitCodes.unavailable || error.exitCode === exitCodes.tryAgain
}
