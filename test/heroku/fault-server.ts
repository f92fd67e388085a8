import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that really arrived. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Answering = (response: ServerResponse, request: IncomingMessage) => void

export interface FaultServer {
  readonly url: string
  readonly port: number
  readonly arrivals: readonly Arrival[]
  close(): Promise<void>
}

/**
 * An HTTP server that answers its first request with the first of `answers`, the second with the second,
 * and so on; the last one answers all that follow. It counts what arrives, answered or not.
 */
export async function startFaultServer(answers: readonly Answering[], port = 0): Promise<FaultServer> {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const arrival = { method, path: url, headers, body: '' }
    const answer = answers[Math.min(arrivals.length, answers.length - 1)]
    arrivals.push(arrival)
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      arrival.body += chunk
    })
    request.on('end', () => answer?.(response, request))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const used = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${used}`,
    port: used,
    arrivals,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with a status, a JSON body and headers. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

/** Answers with a status and a text as it is. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, headers).end(body)
  }
}

/** Takes the request and never answers. */
export const hang: Answering = () => undefined

/** Cuts the connection instead of answering. */
export const reset: Answering = (response) => {
  response.destroy()
}

/** Promises more than it sends, then cuts the connection. */
export const cutBody: Answering = (response) => {
  response.writeHead(200, { 'Content-Length': '1000' }).write('{"id":', () => response.destroy())
}

/** Sends a byte every few milliseconds for ever, so that the socket is never idle. */
export const drip: Answering = (response) => {
  response.writeHead(200).write('[')
  const timer = setInterval(() => response.write(' '), 10)
  response.on('close', () => clearInterval(timer))
}
