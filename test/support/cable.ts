import { connect, createServer, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { Scene } from './scene.js'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A cable to the database that can be cut when a text passes from the client, before or after it arrives. */
export async function cable(
  scene: Pick<Scene, 'url'>,
  cutAt: string,
  delivered: boolean,
): Promise<{ url: string; cuts(): number }> {
  const target = new URL(scene.url)
  const { port, hostname } = target
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    client.on('close', end)
    upstream.on('close', end)
    upstream.on('data', (chunk) => client.write(chunk))
    client.on('data', (chunk) => {
      if (cuts > 0 || !chunk.includes(cutAt)) return void upstream.write(chunk)
      cuts += 1
      // What was sent arrives, and its answer does not.
      if (delivered) upstream.write(chunk, () => upstream.end())
      else upstream.destroy()
      client.destroy()
      upstream.removeAllListeners('data')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  target.port = String(address.port)
  return { url: target.href, cuts: () => cuts }
}
