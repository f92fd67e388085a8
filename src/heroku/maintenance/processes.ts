import { performance } from 'node:perf_hooks'
import { planRestart, type Dyno, type ProcessType } from '../../core/restart.js'
import { watchDynos, type DynoWatch } from '../restart/dyno-watch.js'
import { lastLogLines } from '../logs.js'
import { crashedOnStart, stillRunning, stillStarting } from './errors.js'
import type { Platform } from '../platform.js'

export interface Waiting {
  readonly app: string
  readonly deadlineMs: number
  readonly pollMs: number
  readonly signal?: AbortSignal | undefined
}

const logsDeadlineMs = 5000

/**
 * Waits until no dyno of these types is listed any more; `types` are as they were before they were scaled to zero.
 * Throws `maintenance-timeout` (exit 1).
 */
export async function waitUntilStopped(
  platform: Platform,
  types: readonly ProcessType[],
  waiting: Waiting,
): Promise<void> {
  const watch = watchDynos(platform, waiting.app, [], waiting)
  for (;;) {
    const seen = await watch.look()
    const left = dynosOf(watch.dynos(), types)
    if (seen && left.length === 0) return
    if (watch.leftMs() === 0) throw stillRunning(waiting.app, left, watch.fault())
    await watch.wait(waiting.pollMs)
  }
}

/**
 * Waits until these types have all their dynos up, and for `settleMs` in a row. Throws `maintenance-crashed` with
 * the last log lines, or `maintenance-timeout` (exit 1).
 */
export async function waitUntilUp(
  platform: Platform,
  types: readonly ProcessType[],
  waiting: Waiting & { readonly settleMs: number },
): Promise<void> {
  const watch = watchDynos(platform, waiting.app, [], waiting)
  let upSinceMs: number | undefined
  for (;;) {
    if (await watch.look()) {
      const crashed = dynosOf(watch.dynos(), types).find(({ state }) => state === 'crashed')
      if (crashed !== undefined) throw await crash(platform, crashed, waiting)
      upSinceMs = isAllUp(watch, types) ? (upSinceMs ?? performance.now()) : undefined
    }
    const settlesInMs = upSinceMs === undefined ? Infinity : upSinceMs + waiting.settleMs - performance.now()
    if (settlesInMs <= 0) return
    if (watch.leftMs() === 0)
      throw stillStarting(waiting, types, dynosOf(watch.dynos(), types), watch.fault())
    await watch.wait(Math.min(waiting.pollMs, settlesInMs))
  }
}

async function crash(platform: Platform, dyno: Dyno, { app, signal }: Waiting) {
  const logs = await lastLogLines(platform, app, dyno.name, { deadlineMs: logsDeadlineMs, signal })
  return crashedOnStart(app, dyno, logs)
}

const isAllUp = (watch: DynoWatch, types: readonly ProcessType[]) =>
  types.every((each) => {
    const dynos = dynosOf(watch.dynos(), [each])
    return dynos.filter(({ state }) => state === 'up' || state === 'idle').length >= each.quantity
  })

/** The dynos of the formation; a one-off dyno that was given one of these process types is none. */
function dynosOf(dynos: readonly Dyno[], types: readonly ProcessType[]): readonly Dyno[] {
  const { groups, skipped } = planRestart(dynos, types)
  const idle = new Set(
    skipped.flatMap(({ dyno, reason }) => (reason === 'idle' && dyno !== undefined ? [dyno] : [])),
  )
  return [...groups.flatMap((group) => group.dynos), ...dynos.filter(({ name }) => idle.has(name))]
}
