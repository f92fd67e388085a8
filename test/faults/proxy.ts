import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createFramer, isBeside, type Message } from './messages.js'

/**
 * Before or after the message of this number, from 1, both directions counted together. Connections beside the
 * one that migrates are not counted: whether they are opened depends on how long things take.
 */
export interface Point {
  readonly message: number
  readonly side: 'before' | 'after'
}

export interface ProxyOptions {
  readonly target: { readonly host: string; readonly port: number }
  /** Where it goes wrong; undefined: nowhere. */
  readonly point?: Point | undefined
  /** What goes wrong there. No message passes while it lasts; `cut` destroys both ends of the connection. */
  readonly fault?: (cut: () => void, at: Message) => Promise<void> | void
  /** Told of each message; `pass` hands it on and says whether the connection still stands. */
  readonly onMessage?: (message: Message, pass: () => Promise<boolean>) => Promise<void>
}

export interface FaultProxy {
  readonly port: number
  /** Whether the point was reached. */
  struck(): boolean
  /** Takes away every connection there is; new ones can be made. */
  cut(): void
  close(): void
}

/** A proxy to a PostgreSQL that passes on one message at a time, and at one point a fault instead. */
export async function startFaultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { target, point, onMessage = async (_, pass) => void (await pass()) } = options
  const sockets = new Set<Socket>()
  let count = 0
  let struck = false
  // One queue for all connections and both directions, so that "before" and "after" are the same for everybody.
  let queue = Promise.resolve()
  const enqueue = (work: () => Promise<void> | void) => {
    queue = queue.then(work).catch(() => undefined)
  }

  const server = createServer((client) => {
    const backend = connect(target.port, target.host)
    let stands = true
    let counted = true
    const cut = () => {
      stands = false
      client.destroy()
      backend.destroy()
    }
    link(client, backend, 'client')
    link(backend, client, 'server')

    function link(source: Socket, sink: Socket, from: Message['from']): void {
      const frame = createFramer(from)
      sockets.add(source.setNoDelay(true))
      source.on('error', () => undefined)
      source.on('data', (chunk: Buffer) => {
        for (const message of frame(chunk)) enqueue(async () => await handle(message, sink))
      })
      source.on('close', () => {
        sockets.delete(source)
        enqueue(() => sink.destroySoon())
      })
    }

    async function handle(message: Message, sink: Socket): Promise<void> {
      if (!stands) return
      if (message.type === 'startup') counted = !isBeside(message)
      if (!counted) return await write(sink, message.bytes)
      count += 1
      const number = count
      await onMessage(message, async () => {
        await strike(number, 'before', message)
        if (stands) await write(sink, message.bytes)
        if (stands) await strike(number, 'after', message)
        return stands
      })
    }

    async function strike(number: number, side: Point['side'], message: Message): Promise<void> {
      if (struck || point?.message !== number || point.side !== side) return
      struck = true
      await options.fault?.(cut, message)
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    struck: () => struck,
    cut,
    close: () => {
      server.close()
      cut()
    },
  }
}

/** Resolves once the operating system has the bytes, or the socket is gone. */
async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => {
    socket.write(bytes, () => resolve())
  })
}
