import { exitCodes, type ExitCode } from '../core/exit-codes.js'
import { ReleaseError } from '../core/errors.js'

// SIGQUIT is left to its default: whoever sends it wants a core dump. SIGUSR1 starts Node's debugger.
const handled = {
  SIGTERM: exitCodes.terminated,
  SIGINT: exitCodes.interrupted,
  SIGHUP: exitCodes.hangup,
} as const satisfies Partial<Record<NodeJS.Signals, ExitCode>>

export type HandledSignal = keyof typeof handled

/** What an abort by a signal carries as its reason. */
export const stoppedBy = (signal: HandledSignal) =>
  new ReleaseError('stopped', handled[signal], `Stopped by ${signal}.`)

/**
 * Turns the first SIGTERM, SIGINT or SIGHUP into an abort, so that work can be undone in order; a second one
 * ends the process at once. Call `release` when the work is over.
 */
export function abortOnSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(handled[signal as HandledSignal])
    controller.abort(stoppedBy(signal as HandledSignal))
  }
  const names = Object.keys(handled) as HandledSignal[]
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
