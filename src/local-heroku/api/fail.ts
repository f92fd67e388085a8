import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../faults.js'
import type { Platform } from '../platform.js'
import { rateLimited } from './gate.js'
import { refuse } from './refusal.js'
import { presentError, send, withLength, type Reply } from './reply.js'

/** Answers a request the wrong way. `reply` is what it should have got, where it was carried out. */
export async function fail(
  platform: Platform,
  fault: Fault,
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (fault.kind) {
    case 'hang':
    // What is no stream cannot go wrong as one does.
    case 'stream':
      return
    case 'reset':
      request.socket.resetAndDestroy()
      return
    case 'slow':
      await sleep(fault.delayMs, undefined, { ref: false })
      return send(response, reply)
    case 'rate-limit':
      return send(response, presentError(platform, rateLimited()))
    case 'status': {
      const { status, id = 'internal_server_error', message = 'Internal server error.' } = fault
      return send(response, presentError(platform, refuse(status, id, message)))
    }
    case 'garbage':
      return send(response, {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html>It works!',
      })
    case 'cut-body': {
      const half = reply.body.slice(0, Math.ceil(reply.body.length / 2))
      response.writeHead(reply.status, withLength(reply))
      response.write(half, () => request.socket.destroy())
    }
  }
}
