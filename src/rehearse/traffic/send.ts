import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Wish } from './requests.js'

export interface SendOptions {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly requests: readonly Wish[]
  readonly perSecond: number
  readonly headers: readonly (readonly [string, string])[]
}

/** Traffic that runs until it is stopped. */
export interface RunningTraffic {
  /** Resolves when the last request has its answer, or its deadline has passed. */
  stop(): Promise<void>
  /** What the traffic itself said, newest last. */
  said(): readonly string[]
}

// Longer than the router holds any request, so that it is the router who says how each ended.
const answerMs = 80_000

/**
 * Sends the requests one after the other, and again from the first, each at its time whether or not the last has
 * been answered: so an app that stalls shows as slow, and does not slow its visitors down.
 */
export function startRequests(options: SendOptions): RunningTraffic {
  const over = new AbortController()
  const underWay = new Set<Promise<void>>()
  const sending = sendOnTime()
  return {
    said: () => [],
    stop: async () => {
      over.abort()
      await sending
      await Promise.all(underWay)
    },
  }

  async function sendOnTime(): Promise<void> {
    const { requests, perSecond } = options
    const startedAt = performance.now()
    for (let count = 0; !over.signal.aborted; count += 1) {
      const waitMs = startedAt + (count * 1000) / perSecond - performance.now()
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
      const wish = requests[count % requests.length]
      if (wish === undefined || over.signal.aborted) return
      const sent = send(options, wish)
      underWay.add(sent)
      void sent.finally(() => underWay.delete(sent))
    }
  }
}

/** Never rejects: how it ended is for the router to say. */
async function send({ url, headers }: SendOptions, { method, path, body }: Wish): Promise<void> {
  await new Promise<void>((resolve) => {
    const target = new URL(url)
    const request = httpRequest({
      method,
      path,
      agent: false,
      host: target.hostname,
      port: target.port,
      headers: {
        'user-agent': 'release-phase rehearsal',
        ...(body === undefined
          ? {}
          : { 'content-type': typeOf(body), 'content-length': Buffer.byteLength(body) }),
        ...Object.fromEntries(headers),
      },
    })
    const timer = setTimeout(() => request.destroy(), answerMs)
    request.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    request.once('error', () => undefined)
    request.once('response', (answer) => {
      answer.once('error', () => undefined)
      answer.resume()
    })
    request.end(body)
  })
}

function typeOf(body: string): string {
  if (/^[[{"]/.test(body)) return 'application/json'
  return /^[^\s=]+=/.test(body) ? 'application/x-www-form-urlencoded' : 'text/plain'
}
