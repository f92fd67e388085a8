import { performance } from 'node:perf_hooks'
import { isPassing } from '../passing.js'
import { readLogStream } from '../log/stream.js'
import { pause } from '../pause.js'
import type { Platform } from '../platform.js'
import { readRelease, type Release } from '../releases.js'

export interface PhaseOptions {
  readonly app: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
  /** Each line that the release command prints. */
  readonly onLine: (line: string) => void
}

/**
 * Waits until a release is no longer pending, showing what its release command prints; returns it as it is then,
 * or as it was last seen when `deadlineMs` have passed. Heroku being unavailable for a while does not end the wait.
 * https://devcenter.heroku.com/articles/release-phase
 */
export async function awaitReleasePhase(
  platform: Platform,
  first: Release,
  options: PhaseOptions,
): Promise<Release> {
  const { app, signal } = options
  const endMs = performance.now() + options.deadlineMs
  const stop = new AbortController()
  const output = followOutput(first, options, AbortSignal.any([signal, stop.signal]))
  let release = first
  try {
    for (
      let pauseMs = firstPauseMs;
      release.status === 'pending';
      pauseMs = Math.min(pauseMs * 1.5, pollMs)
    ) {
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) return release
      await pause(Math.min(pauseMs, leftMs), signal)
      release = await readRelease(platform, app, first.id, { signal }).catch((error: unknown) => {
        if (!isPassing(error)) throw error
        return release
      })
    }
    await Promise.race([output, pause(lastLinesMs, signal)])
    return release
  } finally {
    stop.abort()
  }
}

const firstPauseMs = 250
const pollMs = 5000
/** For the lines that a command printed last. */
const lastLinesMs = 3000
const openWithinMs = 15_000
const againMs = 1000

/** The output of a release phase, each line once; it begins anew wherever it is taken up again. Never rejects. */
async function followOutput(
  { outputUrl }: Release,
  { onLine }: PhaseOptions,
  signal: AbortSignal,
): Promise<void> {
  if (outputUrl === undefined) return
  let seen = 0
  while (!signal.aborted) {
    let position = 0
    const end = await readLogStream(outputUrl, {
      signal,
      openWithinMs,
      plain: true,
      onOpen: () => undefined,
      onLine: (line) => {
        position += 1
        if (position <= seen) return
        seen = position
        onLine(line)
      },
    })
    if (end.kind === 'ended') return
    // It is not there yet while the release dyno starts.
    await pause(againMs, signal).catch(() => undefined)
  }
}
