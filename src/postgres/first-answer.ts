import { explainConnectError } from './connect-errors.js'
import type { Target } from './url.js'

/**
 * A host that has gone can let a client in and say nothing more. Returns a guard for a session's queries: the
 * first one must be answered within `patienceMs`, else `cut` ends the connection and the error is a
 * ReleaseError (69). Once the server has answered, a query may take as long as it likes.
 */
export function expectFirstAnswer(
  target: Target,
  patienceMs: number,
  cut: () => void,
): <Answer>(ask: () => Promise<Answer>) => Promise<Answer> {
  let answered = false
  return async (ask) => {
    if (answered) return await ask()
    let late = false
    const timer = setTimeout(() => {
      late = true
      cut()
    }, patienceMs)
    try {
      return await ask()
    } catch (error) {
      throw late
        ? explainConnectError(new Error('timeout expired', { cause: error }), target, patienceMs)
        : error
    } finally {
      answered = true
      clearTimeout(timer)
    }
  }
}
