import { configurationError } from '../core/errors.js'

/** The folder that the command was started in. Throws 78 where it was removed since. */
export function workingFolder(): string {
  try {
    return process.cwd()
  } catch (error) {
    throw configurationError('current-folder', 'The folder that this command was started in is gone.', {
      todo: ['Go to the root of the app (cd) and run the command again; nothing was touched.'],
      cause: error,
    })
  }
}
