import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../core/errors.js'
import { pauseMs } from '../core/retry.js'

export interface Delivery {
  readonly url: string
  readonly body: string
  /** Asked anew for each attempt, since a signature holds the time of its own. */
  headers(): Readonly<Record<string, string>>
}

const mostAttempts = 4

/**
 * Posts a message. Resolves with why nobody took it, as the end of a sentence without the address, which may be a
 * secret; undefined when somebody did. Never rejects. Tried again only where the answer says so, or where the
 * message certainly never arrived: silence may mean that it was read.
 */
export async function deliver(delivery: Delivery, signal: AbortSignal): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const failure = await attemptDelivery(delivery, signal)
    if (failure === undefined) return undefined
    if (!failure.again || attempt === mostAttempts || signal.aborted) return failure.reason
    await sleep(pauseMs(attempt, 250, 2000), undefined, { signal }).catch(() => undefined)
  }
}

interface Failure {
  readonly reason: string
  readonly again: boolean
}

async function attemptDelivery(delivery: Delivery, signal: AbortSignal): Promise<Failure | undefined> {
  const { url, body } = delivery
  try {
    signal.throwIfAborted()
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'release-phase',
      ...delivery.headers(),
    }
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
    await response.body?.cancel()
    if (response.ok) return undefined
    const { status } = response
    return { reason: `answered with status ${status}`, again: status === 429 || status >= 500 }
  } catch (error) {
    if (signal.aborted) return { reason: 'did not answer in time', again: false }
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
    const again = code !== undefined && neverArrived.has(code)
    return { reason: `could not be reached (${code ?? messageOf(cause ?? error)})`, again }
  }
}

const neverArrived = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])
