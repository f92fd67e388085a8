import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createScene, type Scene } from '../support/scene.js'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A cable to the database that can be cut when a text passes from the client, before or after it arrives. */
async function cable(
  scene: Scene,
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

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int)',
  'migrations/2_b.sql': 'CREATE TABLE b (id int)',
  'migrations/3_c.sql': 'CREATE TABLE c (id int)',
}

test.each([
  ['before a statement arrives', 'CREATE TABLE b', false],
  ['before a COMMIT arrives', "'2_b', now()", false],
  ['after a COMMIT arrived', "'2_b', now()", true],
])('a release whose cable is cut %s connects again and finishes', async (_, cutAt, delivered) => {
  const scene = await createScene(files)
  const line = await cable(scene, cutAt, delivered)
  const { exitCode, stdout, stderr } = await scene.release('migrate', { DATABASE_URL: line.url })

  expect(stderr).toContain('Connecting again; the history says what was applied.')
  expect(stdout).toMatch(/^Done in .*: 3 migrations applied \(1_a, 2_b, 3_c\), 3 in all\./)
  expect(exitCode).toBe(0)
  expect(line.cuts()).toBe(1)
  expect(await scene.history()).toEqual(['1_a', '2_b', '3_c'])
  const steps = await scene.database.query(
    `SELECT migration FROM release_phase.steps WHERE outcome = 'applied' ORDER BY id`,
  )
  expect(steps.map(({ migration }) => migration as unknown)).toEqual(['1_a', '2_b', '3_c'])
})
