import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll } from 'vitest'

const closers: (() => void)[] = []

afterAll(() => {
  for (const close of closers.splice(0)) close()
})

/** Starts a TCP server on a free port; closed after the tests of the file. Returns its port. */
export async function startFakeServer(onSocket: (socket: Socket) => void, port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

const message = (type: string, body: Buffer) => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** A server that lets everybody in and then says nothing more, as one does whose host has gone. */
export async function startMuteServer(): Promise<number> {
  return await startFakeServer((socket) => {
    socket.once('data', () => {
      socket.write(
        Buffer.concat([
          message('R', Buffer.alloc(4)),
          message('K', Buffer.alloc(8, 1)),
          message('Z', Buffer.from('I')),
        ]),
      )
    })
  })
}

/** A proxy to a PostgreSQL; with `keyOf`, it hands out cancel keys of its own as poolers do. */
export async function startProxy(
  target: { host: string; port: number },
  options: { ownKeys?: boolean; port?: number } = {},
): Promise<number> {
  return await startFakeServer((client) => {
    const server = connect(target.port, target.host)
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    client.pipe(server)
    if (options.ownKeys === true) replaceKeys(server, client)
    else server.pipe(client)
  }, options.port)
}

/** Passes messages on, with another process id in BackendKeyData ('K'). */
function replaceKeys(server: Socket, client: Socket): void {
  let rest = Buffer.alloc(0)
  server.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const size = rest.length < 5 ? Infinity : rest.readInt32BE(1) + 1
      if (rest.length < size) return
      const whole = Buffer.from(rest.subarray(0, size))
      if (whole[0] === 'K'.charCodeAt(0)) whole.writeInt32BE(99_999_999, 5)
      client.write(whole)
      rest = rest.subarray(size)
    }
  })
}
