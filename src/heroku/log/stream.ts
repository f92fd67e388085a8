import { reasonOf } from '../network-faults.js'

export interface StreamOptions {
  /** Ends the reading; the call then resolves. */
  readonly signal: AbortSignal
  /** For the answer to begin. */
  readonly openWithinMs: number
  /** Plain text, in which a line may begin in any way; else a log, which Heroku's own command reads as events. */
  readonly plain?: boolean
  readonly onOpen: () => void
  /** Each line, without its end. */
  readonly onLine: (line: string) => void
  /** Something arrived, be it a sign of life alone. */
  readonly onData?: () => void
}

/** Why a stream ended: `ended` by Heroku in good order, `expired` before it began, or cut, for `reason`. */
export interface StreamEnd {
  readonly kind: 'ended' | 'expired' | 'cut'
  /** The end of a sentence, without the address. */
  readonly reason: string
}

/**
 * Reads the stream of a log session to its end. Never rejects. The last line counts only when it is whole: one that
 * was cut in the middle comes again, whole, in the next session.
 */
export async function readLogStream(url: string, options: StreamOptions): Promise<StreamEnd> {
  const tooLate = new AbortController()
  const timer = setTimeout(() => tooLate.abort(), options.openWithinMs)
  try {
    const signal = AbortSignal.any([options.signal, tooLate.signal])
    const accept = options.plain === true ? 'text/plain' : 'text/event-stream'
    const response = await fetch(url, { signal, headers: { accept } })
    clearTimeout(timer)
    if (!response.ok || response.body === null) return refused(response.status)
    options.onOpen()
    await readLines(response.body, options)
    return { kind: 'ended', reason: 'Heroku ended it' }
  } catch (error) {
    if (tooLate.signal.aborted) return { kind: 'cut', reason: 'it did not begin' }
    return { kind: 'cut', reason: reasonOf(causeOf(error)) }
  } finally {
    clearTimeout(timer)
  }
}

// A stream that Heroku has forgotten answers 404, or 403.
const refused = (status: number): StreamEnd => ({
  kind: [403, 404, 410].includes(status) ? 'expired' : 'cut',
  reason: `it was answered with status ${status}`,
})

async function readLines(body: ReadableStream<Uint8Array>, options: StreamOptions): Promise<void> {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    options.onData?.()
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const text = options.plain === true ? line : dataOf(line.replace(/\r$/, ''))
      if (text !== undefined) options.onLine(text)
    }
  }
}

/** A log line begins with its time, so it is never mistaken for a field of an event. */
function dataOf(line: string): string | undefined {
  if (line === '' || /^(?::|(?:id|event|retry):)/.test(line)) return undefined
  return line.replace(/^data: ?/, '')
}

/** `fetch` wraps what happened to the connection. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}
