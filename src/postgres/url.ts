import { readFileSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { configurationError, messageOf } from '../core/errors.js'

export type SslMode = 'no-verify' | 'verify-full' | 'disable'

export interface UrlOptions {
  /** What the URL came from, for messages: `DATABASE_URL`. */
  readonly source: string
  readonly ssl?: SslMode | undefined
  /** Path of a certificate authority; the certificate is then verified. */
  readonly caPath?: string | undefined
}

/** Where a database is, in the parts that `pg` takes and a person may read (all but the password). */
export interface Target {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string | undefined
  readonly password: string | undefined
  readonly ssl: Exclude<ClientConfig['ssl'], undefined>
  /** `host:port`, an IPv6 host in brackets, for messages. */
  readonly address: string
  /** `host:port/database`, for messages and for the ledger. */
  readonly location: string
  readonly source: string
}

const missing = (source: string) =>
  configurationError('database-url-missing', `${source} is not set, so there is no database to migrate.`, {
    todo: [
      'On Heroku: `heroku addons:create heroku-postgresql`, or wait a moment if a pg:promote is under way, and release again.',
      'Elsewhere: put the URL before the command, DATABASE_URL=postgres://user:password@host:5432/name release migrate',
    ],
  })

const malformed = (source: string, why: string) =>
  configurationError('database-url', `${source} ${why}.`, {
    todo: ['It has the form postgres://user:password@host:5432/name (the value is not shown here).'],
  })

/**
 * Reads a PostgreSQL URL. TLS is on by default, without verifying the certificate, because Heroku's are
 * self-signed (https://devcenter.heroku.com/articles/heroku-postgresql#connecting-in-node-js), and off on this
 * machine. The value never appears in an error.
 */
export function readDatabaseUrl(text: string | undefined, options: UrlOptions): Target {
  if (text === undefined || text.trim() === '') throw missing(options.source)
  const url = parse(text.trim(), options.source)
  // What stands behind the question mark wins, as it does for pg; a socket's port can stand nowhere else.
  const part = (name: string, own: string) => url.searchParams.get(name) ?? decode(own, options.source)
  const host = part('host', url.hostname.replaceAll(/^\[|\]$/g, ''))
  const port = Number(part('port', url.port) || '5432')
  const database = decode(url.pathname.slice(1), options.source)
  if (host === '') throw malformed(options.source, 'names no host')
  if (!Number.isInteger(port)) throw malformed(options.source, 'has a port that is no number')
  // libpq would take the user's name: a database that nobody named is not migrated.
  if (database === '') throw malformed(options.source, 'names no database')
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    host,
    port,
    database,
    user: part('user', url.username) || undefined,
    password: part('password', url.password) || undefined,
    ssl: sslFor(url.searchParams, host, options),
    address,
    location: `${address}/${database}`,
    source: options.source,
  }
}

/** A URL that leads to this database, with its password: for the environment of a process, never to be shown. */
export function targetUrl({ host, port, database, user, password, ssl }: Target): string {
  // A socket's folder can stand nowhere but behind the question mark.
  const isSocket = host.startsWith('/')
  const name = host.includes(':') ? `[${host}]` : host
  const who = [user, password].flatMap((part) => (part === undefined ? [] : [encodeURIComponent(part)]))
  const at = who.length === 0 ? '' : `${who.join(':')}@`
  const url = new URL(
    `postgres://${at}${isSocket ? 'localhost' : name}:${port}/${encodeURIComponent(database)}`,
  )
  if (isSocket) url.searchParams.set('host', host)
  if (ssl !== false) url.searchParams.set('sslmode', 'no-verify')
  return url.href
}

function parse(text: string, source: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw malformed(source, 'is not a URL')
  }
  if (url.protocol === 'postgres:' || url.protocol === 'postgresql:') return url
  if (!text.includes('://')) throw malformed(source, 'is not a URL')
  throw malformed(source, `is a ${url.protocol.slice(0, -1)} URL, not a PostgreSQL one`)
}

function decode(text: string, source: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed(source, 'has a % that encodes nothing; write % itself as %25')
  }
}

const thisMachine = new Set(['localhost', '127.0.0.1', '::1'])

function sslFor(parameters: URLSearchParams, host: string, options: UrlOptions): Target['ssl'] {
  const caPath = options.caPath ?? parameters.get('sslrootcert') ?? undefined
  const mode = options.ssl ?? modeOf(parameters, options.source)
  if (mode === 'disable') return false
  if (mode === undefined && caPath === undefined && (thisMachine.has(host) || host.startsWith('/')))
    return false
  if (caPath !== undefined) return { ca: readCertificate(caPath), rejectUnauthorized: true }
  return { rejectUnauthorized: mode === 'verify-full' }
}

// The words are libpq's; `require` encrypts without verifying there, and so it does here.
// https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
function modeOf(parameters: URLSearchParams, source: string): SslMode | undefined {
  const mode = parameters.get('sslmode') ?? (parameters.get('ssl') === 'true' ? 'require' : null)
  switch (mode) {
    case null:
      return undefined
    case 'disable':
      return 'disable'
    case 'allow':
    case 'prefer':
    case 'require':
    case 'no-verify':
      return 'no-verify'
    case 'verify-ca':
    case 'verify-full':
      return 'verify-full'
    default:
      throw malformed(source, `says sslmode=${mode}, which is no mode of PostgreSQL's`)
  }
}

function readCertificate(path: string): string {
  if (path === 'system') return ''
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw configurationError(
      'database-ca',
      `The certificate authority ${path} cannot be read: ${messageOf(error)}`,
      { todo: ['Check RELEASE_DATABASE_CA, or sslrootcert in the URL.'], cause: error },
    )
  }
}
