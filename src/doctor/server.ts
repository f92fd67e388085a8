import { fail, pass, warn, type Check } from '../core/check.js'
import { formatDuration } from '../core/duration.js'
import { isReadOnly, readCapacity, readTimeLimits, readTls, type Capacity } from '../postgres/examine.js'
import type { Look, LookAt } from './look.js'

const oldestMeant = 13
const newestMeant = 18
const connectionsNeeded = 2

/** What the server, the database and the role allow. */
export const looksAtServer: readonly Look[] = [
  { name: 'TLS', look: checkTls },
  {
    name: 'server version',
    look: async ({ serverVersion }) => await Promise.resolve(checkVersion(serverVersion)),
  },
  { name: 'writable', look: checkWritable },
  { name: 'connections left', look: checkCapacity },
  { name: 'time limits', look: checkTimeLimits },
]

const nearby = /^(?:localhost|127\.0\.0\.1|::1|\/.*)$/

// Heroku Postgres takes no connection in the clear, and its certificates are self-signed.
// https://devcenter.heroku.com/articles/connecting-heroku-postgres#connecting-in-node-js
async function checkTls({ session }: LookAt): Promise<Check> {
  const version = await readTls(session)
  const { ssl, host, source } = session.target
  if (version !== undefined) {
    const verified = ssl !== false && ssl !== true && ssl.rejectUnauthorized === true
    return pass('TLS', `${version}, the certificate is ${verified ? 'verified' : 'not verified'}`)
  }
  if (nearby.test(host)) return pass('TLS', 'none, and the database is on this machine')
  return warn(
    'TLS',
    `none: what goes to ${host} can be read on the way`,
    `Take sslmode=disable out of ${source}, or unset RELEASE_DATABASE_SSL.`,
  )
}

/** Which PostgreSQL it is, against those that this is made for. */
export function checkVersion(serverVersion: number): Check {
  const major = Math.floor(serverVersion / 10_000)
  const meant = `this is made for ${oldestMeant} to ${newestMeant}`
  if (major >= oldestMeant && major <= newestMeant)
    return pass('server version', `PostgreSQL ${major}; ${meant}`)
  return major < oldestMeant
    ? warn(
        'server version',
        `PostgreSQL ${major} is out of support; ${meant}`,
        'Upgrade it: heroku pg:upgrade',
      )
    : warn(
        'server version',
        `PostgreSQL ${major} is newer than this knows; ${meant}`,
        'Look for a newer release-phase.',
      )
}

// https://devcenter.heroku.com/articles/heroku-postgres-over-plan-capacity
async function checkWritable({ session }: LookAt): Promise<Check> {
  if (!(await isReadOnly(session))) return pass('writable', 'transactions may write')
  return fail(
    'writable',
    'default_transaction_read_only is on for this role or database, so nothing can be migrated',
    'Find who set it (\\drds in psql) and reset it: ALTER ROLE ... RESET default_transaction_read_only',
  )
}

async function checkCapacity({ session }: LookAt): Promise<Check> {
  const name = 'connections left'
  const capacity = await readCapacity(session)
  if (capacity === undefined) return pass(name, 'the server does not say')
  const { left, of } = tightest(capacity)
  const message = `${left} of ${of}`
  // This connection is one of those that a release takes; the second one cancels statements.
  return left >= connectionsNeeded - 1
    ? pass(name, message)
    : warn(
        name,
        `${message}; a release that finds none waits, then fails`,
        'See who holds them (heroku pg:ps) and lower the pool size of the app.',
      )
}

function tightest(capacity: Capacity): { left: number; of: number } {
  const limits = [
    { of: capacity.maxConnections - capacity.reserved, used: capacity.used },
    { of: capacity.roleLimit, used: capacity.roleUsed },
    { of: capacity.databaseLimit, used: capacity.databaseUsed },
  ].filter(({ of }) => of >= 0)
  const free = limits.map(({ of, used }) => ({ of, left: Math.max(0, of - used) }))
  return free.toSorted((a, b) => a.left - b.left)[0] ?? { left: 0, of: 0 }
}

async function checkTimeLimits({ session }: LookAt): Promise<Check> {
  const limits = await readTimeLimits(session)
  if (limits.length === 0) return pass('time limits', 'the role sets none')
  const list = limits.map(({ name, limitMs }) => `${name} ${formatDuration(limitMs)}`).join(', ')
  return pass('time limits', `${list}: the app’s; migrations are exempt`)
}
