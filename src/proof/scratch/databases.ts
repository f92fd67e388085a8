import { randomBytes } from 'node:crypto'
import { configurationError, messageOf } from '../../core/errors.js'
import { codeOf } from '../../postgres/connect-errors.js'
import { identifier, literal } from '../../postgres/identifiers.js'
import { withSession, type Session } from '../../postgres/session.js'
import { openScratch, type ScratchServer } from './server.js'

/** Databases of one run on a scratch server. */
export interface Databases {
  /** `server_version_num`, such as 180004. */
  readonly serverVersion: number
  /** Makes an empty database, or a copy of another one of these to which nobody is connected; its name. */
  create(from?: string): Promise<string>
  open(name: string): Promise<Session>
}

const prefix = 'release_scratch_'
const mark = 'A scratch database of release-phase, made '

/**
 * Does work with databases that are dropped after it, whatever happens, a signal too. First it drops those that
 * killed runs left more than an hour ago. Throws 78 where the role may not make databases.
 */
export async function withDatabases<Result>(
  server: ScratchServer,
  signal: AbortSignal,
  work: (databases: Databases) => Promise<Result>,
): Promise<Result> {
  const admin = await openScratch(server, server.target.database, signal)
  const made: string[] = []
  const sessions: Session[] = []
  const cut = () => {
    for (const session of sessions) session.cut()
  }
  signal.addEventListener('abort', cut, { once: true })
  try {
    signal.throwIfAborted()
    if (!server.own) await dropOld(admin)
    const serverVersion = await versionOf(admin)
    const strategy = serverVersion >= 150_000 ? ' STRATEGY file_copy' : ''
    return await work({
      serverVersion,
      create: async (from = 'template0') => {
        signal.throwIfAborted()
        const name = `${prefix}${randomBytes(6).toString('hex')}`
        made.push(name)
        await createDatabase(admin, `${identifier(name)} TEMPLATE ${identifier(from)}${strategy}`)
        await admin.query(markSql(name))
        return name
      },
      open: async (name) => {
        const session = await openScratch(server, name, signal)
        sessions.push(session)
        signal.throwIfAborted()
        return session
      },
    })
  } finally {
    signal.removeEventListener('abort', cut)
    await Promise.all(sessions.map(async (session) => await session.end()))
    await admin.end()
    // A server of this run goes with all that is in it.
    if (!server.own) await dropAll(server, made)
  }
}

const markSql = (name: string) =>
  `COMMENT ON DATABASE ${identifier(name)} IS ${literal(mark + new Date().toISOString())}`

async function versionOf(session: Session): Promise<number> {
  const { rows } = await session.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  )
  return rows[0]?.version ?? 0
}

async function createDatabase(admin: Session, what: string): Promise<void> {
  try {
    await admin.query(`CREATE DATABASE ${what}`)
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    const { target } = admin
    throw configurationError(
      'scratch-permission',
      `The user ${target.user ?? ''} of RELEASE_SCRATCH_URL may not make databases on ${target.address}: ${messageOf(error)}.`,
      {
        todo: [
          `Let it: ALTER ROLE ${identifier(target.user ?? 'name')} CREATEDB. A database of Heroku's cannot: take a server of your own.`,
        ],
        sqlstate: '42501',
        cause: error,
      },
    )
  }
}

/** On a session of its own: the one that made them may have been cut. */
async function dropAll({ target }: ScratchServer, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  await withSession(target, { applicationName: 'release-phase proof', waitMs: 5000 }, async (session) => {
    for (const name of names) await drop(session, name)
  })
}

const drop = async (session: Session, name: string) =>
  await session.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`)

/** What runs left that nobody could stop; never one that somebody uses, nor one of another's making. */
async function dropOld(admin: Session): Promise<void> {
  const { rows } = await admin.query<{ name: string; said: string | null }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS said FROM pg_database
     WHERE starts_with(datname, ${literal(prefix)}) AND pg_has_role(datdba, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = pg_database.oid)`,
  )
  const before = Date.now() - 60 * 60 * 1000
  for (const { name, said } of rows) {
    // A run that was killed before it could say when it made it: from now on that is known.
    if (said === null) await admin.query(markSql(name)).catch(() => undefined)
    else if (Date.parse(said.replace(mark, '')) < before) await drop(admin, name).catch(() => undefined)
  }
}
