import { setTimeout as sleep } from 'node:timers/promises'

/** Waits; rejects at once with the signal's own reason when it is aborted. */
export async function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  try {
    await sleep(Math.max(0, durationMs), undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
