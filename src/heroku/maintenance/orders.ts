import { performance } from 'node:perf_hooks'
import type { ProcessType } from '../../core/restart.js'
import { readApp, setMaintenance } from '../apps.js'
import { isPassing } from '../passing.js'
import { listFormation, scaleType } from '../formation.js'
import { pause } from '../pause.js'
import type { CallOptions, Platform } from '../platform.js'

const patienceMs = 60_000
const pauseMs = 1000

/** Sees to it that maintenance mode is on, or off, through lost answers and a platform that is away for a minute. */
export async function switchMaintenance(
  platform: Platform,
  app: string,
  on: boolean,
  options: CallOptions = {},
): Promise<void> {
  const isDone = async () => (await readApp(platform, app, options)).maintenance === on
  await orderUntilDone(async () => await setMaintenance(platform, app, on, options), isDone, options)
}

/** Sees to it that each process type has this quantity, in the same way. */
export async function scaleTypes(
  platform: Platform,
  app: string,
  types: readonly ProcessType[],
  options: CallOptions = {},
): Promise<void> {
  for (const wanted of types) {
    const isDone = async () => {
      const formation = await listFormation(platform, app, options)
      return formation.some(({ type, quantity }) => type === wanted.type && quantity === wanted.quantity)
    }
    await orderUntilDone(async () => await scaleType(platform, app, wanted, options), isDone, options)
  }
}

/**
 * Sends an order that does no harm when it arrives twice, until it is accepted or a look shows that it is carried
 * out. Rejects with what refuses it, and with the last error when the time is over.
 */
async function orderUntilDone(
  send: () => Promise<void>,
  isDone: () => Promise<boolean>,
  options: CallOptions,
): Promise<void> {
  const endMs = performance.now() + Math.min(patienceMs, options.patienceMs ?? Infinity)
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!isPassing(error) || performance.now() >= endMs) throw error
      await pause(pauseMs, options.signal)
      if (await isDone()) return
    }
  }
}
