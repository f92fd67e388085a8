import { performance } from 'node:perf_hooks'
import { messageOf } from '../../core/errors.js'
import type { Dyno } from '../../core/restart.js'
import { listDynos } from '../dynos.js'
import { isPassing } from '../passing.js'
import { pause } from '../pause.js'
import type { CallOptions, Platform } from '../platform.js'

/** The list of an app's dynos, read again whenever somebody looks. */
export interface DynoWatch {
  /** As the newest answer had it. */
  dynos(): readonly Dyno[]
  /** Reads the list again. False when Heroku did not answer: `dynos` is then the list of before. */
  look(): Promise<boolean>
  /** Why the last look failed, as a sentence; undefined when it did not. */
  fault(): string | undefined
  wait(durationMs: number): Promise<void>
  /** Milliseconds left of the whole; never negative. */
  leftMs(): number
  callOptions(): CallOptions
}

/**
 * Watches an app's dynos until `deadlineMs` from now. A Platform API that is down or out of quota for a
 * while does not end the watch, since the dynos go on without it; any other error does.
 */
export function watchDynos(
  platform: Platform,
  app: string,
  first: readonly Dyno[],
  options: { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
): DynoWatch {
  const endMs = performance.now() + options.deadlineMs
  const leftMs = () => Math.max(0, endMs - performance.now())
  const callOptions = () => ({ signal: options.signal, patienceMs: Math.max(1000, leftMs()) })
  let dynos = first
  let fault: string | undefined
  return {
    dynos: () => dynos,
    fault: () => fault,
    leftMs,
    callOptions,
    wait: async (durationMs) => await pause(Math.min(durationMs, leftMs()), options.signal),
    look: async () => {
      try {
        dynos = await listDynos(platform, app, callOptions())
        fault = undefined
      } catch (error) {
        if (!isPassing(error)) throw error
        fault = messageOf(error)
      }
      return fault === undefined
    },
  }
}
