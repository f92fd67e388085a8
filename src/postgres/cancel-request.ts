import { connect } from 'node:net'
import type { Target } from './url.js'

// https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST
const cancelCode = 80_877_102
const patienceMs = 2000

/**
 * Asks the server to cancel what a session runs. It takes no session of its own, so it also works where the
 * database lets nobody in. Whether it did anything, the server does not say; never rejects.
 */
export async function requestCancel(target: Target, pid: number, key: number): Promise<void> {
  const message = Buffer.alloc(16)
  for (const [index, value] of [message.length, cancelCode, pid, key].entries()) {
    message.writeInt32BE(value, index * 4)
  }
  const { host, port } = target
  const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
  await new Promise<void>((resolve) => {
    socket.setTimeout(patienceMs, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.once('close', () => resolve())
    // The server closes the connection once it has passed the request on.
    socket.end(message)
    socket.resume()
  })
}
