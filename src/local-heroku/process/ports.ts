import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

// Below the range from which systems pick the ports of outgoing connections, so none of those lands here.
const lowestPort = 20_000
const highestPort = 32_000
const lent = new Set<number>()

/** Lends a free TCP port to a dyno; give it back with `returnPort`. */
export async function lendPort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowestPort, highestPort)
    if (lent.has(port)) continue
    lent.add(port)
    if (await isFree(port)) return port
    lent.delete(port)
  }
  throw new Error(`No TCP port between ${lowestPort} and ${highestPort} is free.`)
}

/** Takes a port back. */
export const returnPort = (port: number) => lent.delete(port)

/** Whether something accepts connections on a local port, within `timeoutMs`. */
export async function accepts(port: number, timeoutMs: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (answer: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(false), timeoutMs)
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
}
