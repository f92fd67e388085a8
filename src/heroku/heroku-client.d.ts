// heroku-client ships no types. Only what src/heroku/attempt.ts uses is written down here.
declare module 'heroku-client/lib/request.js' {
  import type { ClientRequest, IncomingMessage } from 'node:http'

  interface RequestOptions {
    readonly host: string
    readonly token: string
    readonly method: string
    readonly path: string
    readonly userAgent: string
    readonly headers: Record<string, string>
    readonly body?: unknown
    readonly partial: boolean
    readonly debug: boolean
    readonly debugHeaders: boolean
    /** Meets the response before the library reads it; the library reads it only when `next` is called. */
    readonly middleware: (response: IncomingMessage, next: () => void) => void
  }

  class Request {
    constructor(options: RequestOptions)
    request(): Promise<unknown>
    /** Called with every socket error; by default it sends the request again. */
    handleError: (error: Error) => void
    /** Called with the request before it is sent. */
    setRequestTimeout: (request: ClientRequest) => void
  }

  export = Request
}
