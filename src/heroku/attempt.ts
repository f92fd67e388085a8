import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { formatDuration } from '../core/duration.js'
import { isCertificateFault, neverArrived, reasonOf } from './network-faults.js'

export type Verb = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One HTTP request to be sent exactly once. */
export interface SingleRequest {
  /** Scheme, host and port, such as `https://api.heroku.com`. */
  readonly origin: string
  readonly token: string
  readonly verb: Verb
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: unknown
  /** For the whole of it: name lookup, connecting, sending, and the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** An answer read to its end. `body` is undefined when it was not JSON; an empty one is `{}`. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** No complete answer. `arrived` is `no` only when Heroku certainly never saw the request. */
export interface Silence {
  readonly kind: 'silence'
  /** Why, as the end of a sentence: `the connection was refused (ECONNREFUSED)`. */
  readonly reason: string
  readonly arrived: 'no' | 'maybe'
  /** Trying again cannot help, as with a certificate nobody trusts. */
  readonly hopeless: boolean
}

/**
 * Sends one request through heroku-client and reads the answer, or says why there is none. It never sends
 * twice and rejects only with the signal's reason.
 *
 * The library opens the connection (proxy and certificate settings are its own) and authenticates. What
 * it does with errors and answers is taken from it: it sends again by itself after an error, whatever the
 * verb; it waits for ever for the rest of an answer that was cut; a 304 throws outside its promise; and
 * with `DEBUG=http` it prints the bodies of answers, config vars among them.
 */
export async function attempt(one: SingleRequest): Promise<Answer | Silence> {
  const { default: Request } = await import('heroku-client/lib/request.js')
  one.signal?.throwIfAborted()
  return await new Promise((resolve, reject) => {
    let sent: ClientRequest | undefined
    const finish = (settle: () => void) => {
      clearTimeout(deadline)
      one.signal?.removeEventListener('abort', abort)
      settle()
      sent?.destroy()
    }
    const abort = () => finish(() => reject(one.signal?.reason as Error))
    const late = silence(`no complete answer came within ${formatDuration(one.timeoutMs)}`)
    const deadline = setTimeout(() => finish(() => resolve(late)), one.timeoutMs)
    one.signal?.addEventListener('abort', abort, { once: true })
    const failed = (error: unknown) => finish(() => resolve(silenceAfter(error)))
    try {
      const request = new Request({
        host: one.origin,
        token: one.token,
        method: one.verb,
        path: one.path,
        userAgent: 'release-phase',
        headers: one.headers,
        ...(one.body === undefined ? {} : { body: one.body }),
        partial: true,
        debug: false,
        debugHeaders: false,
        middleware: (response) => {
          readAnswer(response).then((answer) => finish(() => resolve(answer)), failed)
        },
      })
      request.handleError = failed
      request.setRequestTimeout = (created) => {
        sent = created
      }
      void request.request()
    } catch (error) {
      failed(error)
    }
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  // Without this, a character that lies across two chunks is lost.
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: text === '' ? {} : parse(text),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function silence(reason: string): Silence {
  return { kind: 'silence', reason, arrived: 'maybe', hopeless: false }
}

function silenceAfter(error: unknown): Silence {
  const arrived = neverArrived(error) ? 'no' : 'maybe'
  return { kind: 'silence', reason: reasonOf(error), arrived, hopeless: isCertificateFault(error) }
}
