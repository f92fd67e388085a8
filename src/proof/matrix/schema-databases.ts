import type { LoadedMigration } from '../../migrations/load.js'
import type { World } from '../../story/world.js'
import { applyTo } from '../schemas/apply.js'
import type { Databases } from '../scratch/databases.js'
import type { ScratchServer } from '../scratch/server.js'

export interface Building {
  readonly world: World
  readonly server: ScratchServer
  readonly databases: Databases
  /** The database of the running code's schema, to which nobody is connected. */
  readonly base: string
}

/** A new database: that of the running code with these migrations on top. Rejects as `applyMigration` does. */
export async function databaseWith(
  { world, server, databases, base }: Building,
  migrations: readonly LoadedMigration[],
): Promise<string> {
  const name = await databases.create(base)
  if (migrations.length === 0) return name
  const session = await databases.open(name)
  for (const migration of migrations) {
    world.signal.throwIfAborted()
    await applyTo(world, session, migration, { makeRoles: server.own })
  }
  await session.end()
  return name
}

/** The URL of a scratch database, as an app takes it. */
export function urlOf({ target }: ScratchServer, database: string): string {
  const { host, port, user = '', password = '', ssl } = target
  const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  const options = new URLSearchParams()
  if (host.startsWith('/')) options.set('host', host)
  if (ssl !== false) options.set('sslmode', 'no-verify')
  const where = host.startsWith('/') ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const query = options.size === 0 ? '' : `?${options.toString()}`
  return `postgres://${who}@${where}:${port}/${database}${query}`
}
