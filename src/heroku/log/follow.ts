import { performance } from 'node:perf_hooks'
import { pauseMs } from '../../core/retry.js'
import { pause } from '../pause.js'
import type { Platform } from '../platform.js'
import { createLogReader, type LogReaderOptions } from './reader.js'
import type { StreamEnd } from './stream.js'

export interface FollowOptions extends LogReaderOptions {
  /** Ends the following. */
  readonly signal: AbortSignal
  /** A session is made anew, and why; the end of a sentence. */
  readonly onReconnect: (reason: string) => void
  /** When a stream is renewed before Heroku ends it: after 14 minutes, less than the quarter of an hour of Fir. */
  readonly renewAfterMs?: number | undefined
  /** When a stream that brings nothing at all is renewed, since it may be dead: 1 minute. */
  readonly silentAfterMs?: number | undefined
  /** How long the stream of a log that is not followed may be silent before it counts as ended: 3 s. */
  readonly endsWithinMs?: number | undefined
  /** The pause before the second attempt to reach the log; later ones grow to 15 s. 500 ms. */
  readonly firstPauseMs?: number | undefined
}

export interface LogFollower {
  /** Whether a stream is open. */
  following(): boolean
  /** Why the log could not be reached lately; undefined when it is. */
  fault(): string | undefined
  /** Reads the newest lines that Heroku keeps, in case the stream has missed some; returns why it could not. */
  catchUp(): Promise<string | undefined>
  /** Settles when the following ends: rejects with what no further attempt would mend. */
  readonly over: Promise<void>
}

const longestPauseMs = 15_000
const lingerMs = 5000

/**
 * Follows an app's log across sessions that end, expire, are cut or fall silent: each line once, none lost as
 * long as Heroku still has it. A session that is renewed in time is read on until the next one is open; one
 * that broke off is made up for by the lines that the next one begins with.
 * https://devcenter.heroku.com/articles/platform-api-reference#log-session
 */
export function followLog(platform: Platform, options: FollowOptions): LogFollower {
  const { signal } = options
  const reader = createLogReader(platform, options)
  let open = 0
  let fault: string | undefined
  const joins = () => open > 0

  const over = run()
  over.catch(() => undefined)
  return {
    over,
    following: joins,
    fault: () => fault,
    catchUp,
  }

  /** Heroku ends such a stream by itself; one that goes on has told what it was asked for once it falls silent. */
  async function catchUp(): Promise<string | undefined> {
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    const silentMs = options.endsWithinMs ?? 3000
    let openedAtMs = Infinity
    let heardAtMs = Infinity
    let isCaughtUp = false
    const onOpen = () => {
      openedAtMs = performance.now()
      heardAtMs = openedAtMs
    }
    const onData = () => {
      heardAtMs = performance.now()
    }
    const onCaughtUp = () => {
      isCaughtUp = true
    }
    const reading = reader.read({ signal: both, tail: false, joins, onOpen, onData, onCaughtUp })
    const goesOn = () =>
      performance.now() - heardAtMs > silentMs || performance.now() - openedAtMs > 5 * silentMs
    const end = await Promise.race([reading, whenTrue(goesOn, both)])
    stop.abort()
    signal.throwIfAborted()
    if (end === 'stale') return isCaughtUp ? undefined : 'its stream did not come to the newest lines'
    return end.kind === 'ended' ? undefined : end.reason
  }

  async function run(): Promise<void> {
    let before: AbortController | undefined
    let attempts = 0
    while (!signal.aborted) {
      const beganAtMs = performance.now()
      const stop = new AbortController()
      const end = await readUntilStale(stop, () => {
        if (before !== undefined) void linger(before)
        before = undefined
      })
      if (end === 'stale') {
        before = stop
        continue
      }
      stop.abort()
      if (signal.aborted) return
      fault = end.reason
      // A stream that ends as soon as it has begun must not use up the quota of requests.
      attempts = performance.now() - beganAtMs > longestPauseMs ? 1 : attempts + 1
      options.onReconnect(end.reason)
      const waitMs = pauseMs(attempts, options.firstPauseMs ?? 500, longestPauseMs)
      await pause(waitMs, signal).catch(nothing)
    }
  }

  /** What was sent before the new stream was open may still be on its way on the one before. */
  async function linger(before: AbortController): Promise<void> {
    await pause(lingerMs, signal).catch(nothing)
    before.abort()
  }

  /** Reads one session to its end; at `stale` it is still being read, until `stop` is aborted. */
  async function readUntilStale(stop: AbortController, onOpen: () => void): Promise<StreamEnd | 'stale'> {
    const both = AbortSignal.any([signal, stop.signal])
    let openedAtMs = Infinity
    let heardAtMs = Infinity
    const onData = () => {
      heardAtMs = performance.now()
    }
    const reading = reader.read({
      signal: both,
      tail: true,
      joins,
      onData,
      onOpen: () => {
        onOpen()
        onData()
        openedAtMs = performance.now()
        fault = undefined
        open += 1
      },
    })
    const counted = reading.finally(() => {
      if (openedAtMs !== Infinity) open -= 1
    })
    const isStale = () =>
      performance.now() - openedAtMs > (options.renewAfterMs ?? 14 * 60_000) ||
      performance.now() - heardAtMs > (options.silentAfterMs ?? 60_000)
    return await Promise.race([counted, whenTrue(isStale, both)])
  }
}

const lookMs = 250
const nothing = () => undefined

/** Never settles when it is aborted before. */
async function whenTrue(isStale: () => boolean, signal: AbortSignal): Promise<'stale'> {
  while (!isStale()) await pause(lookMs, signal).catch(async () => await new Promise<never>(nothing))
  return 'stale'
}
