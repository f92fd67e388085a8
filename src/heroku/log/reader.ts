import { messageOf } from '../../core/errors.js'
import { parseLogLine } from '../../core/tail/log-line.js'
import { createSeen } from '../../core/tail/seen.js'
import { isPassing } from '../passing.js'
import type { Platform } from '../platform.js'
import { openLogSession } from './session.js'
import { readLogStream, type StreamEnd } from './stream.js'

export interface LogReaderOptions {
  readonly app: string
  readonly isFir: boolean
  /** How long a stream may take to begin; 15 s. */
  readonly openWithinMs?: number | undefined
  /** Each line of the log, once, whichever stream brings it. */
  readonly onLine: (line: string) => void
  /** Lines between these two times may be lost. */
  readonly onGap: (from: Date, to: Date) => void
}

export interface Reading {
  /** Ends the reading; the call then resolves. */
  readonly signal: AbortSignal
  /** Goes on with the lines to come, until Heroku ends it. */
  readonly tail: boolean
  /** Whether another stream is open now, so that nothing can be lost in between. */
  readonly joins: () => boolean
  readonly onOpen: () => void
  readonly onData: () => void
  /** The newest line that was known before was seen again, or none was known. */
  readonly onCaughtUp?: () => void
}

/** Reads one stream after the other, or several at once, as one log. */
export interface LogReader {
  /** Makes a session and reads it to its end. Rejects only with what another attempt would not mend. */
  read(reading: Reading): Promise<StreamEnd>
}

/** Makes a reader that has read nothing. */
export function createLogReader(platform: Platform, options: LogReaderOptions): LogReader {
  const { app, isFir } = options
  const seen = createSeen()
  let newestMs: number | undefined
  return { read }

  async function read({ signal, tail, joins, onOpen, onData, onCaughtUp }: Reading): Promise<StreamEnd> {
    const isNew = seen.stream()
    const knownMs = newestMs
    let mayLack = false
    try {
      const url = await openLogSession(platform, app, { isFir, tail }, { signal })
      return await readLogStream(url, {
        signal,
        onData,
        openWithinMs: options.openWithinMs ?? 15_000,
        onOpen: () => {
          mayLack = !joins()
          if (knownMs === undefined) onCaughtUp?.()
          onOpen()
        },
        onLine: (line) => {
          const atMs = parseLogLine(line)?.at.getTime()
          if (atMs !== undefined) {
            if (mayLack) lookForGap(atMs)
            mayLack = false
            if (knownMs !== undefined && atMs >= knownMs) onCaughtUp?.()
          }
          if (!isNew(line)) return
          newestMs = Math.max(newestMs ?? 0, atMs ?? 0)
          options.onLine(line)
        },
      })
    } catch (error) {
      if (signal.aborted) return { kind: 'cut', reason: 'it was stopped' }
      if (!isPassing(error)) throw error
      return { kind: 'cut', reason: messageOf(error) }
    }
  }

  /** A stream that begins later than the one before it ended leaves something out. */
  function lookForGap(firstMs: number): void {
    if (newestMs !== undefined && firstMs > newestMs) options.onGap(new Date(newestMs), new Date(firstMs))
  }
}
