import { configurationError, messageOf, unavailableError, type ReleaseError } from '../core/errors.js'
import type { Target } from './url.js'

/** The code of a Node network error or the SQLSTATE of a PostgreSQL one. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/**
 * Whether the server ended the session: shut down, crashed, dropped its database, or was told to end it (57P01).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const endsSession = (error: unknown): boolean => codeOf(error)?.startsWith('57P') === true

/**
 * Signs of a database that will soon be there: it is starting (57P03), it is full (53300), or nothing
 * listens yet. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function mayComeUp(error: unknown): boolean {
  return ['57P03', '53300', 'ECONNREFUSED', 'EAI_AGAIN'].includes(codeOf(error) ?? '')
}

/** Turns a failed connection into a sentence and an exit code. */
export function explainConnectError(error: unknown, target: Target, waitedMs: number): ReleaseError {
  const at = target.address
  const message = messageOf(error)
  const cause = { cause: error }
  const address = `Check the address in ${target.source}.`
  const code = codeOf(error)
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unavailableError('database-host-unknown', `The database host ${target.host} is not known.`, {
        todo: [address],
        ...cause,
      })
    case 'ECONNREFUSED':
    case 'ENOENT':
      return unavailableError('database-refused', `Nothing listens at ${at}: the connection was refused.`, {
        todo: [`${address} Is PostgreSQL running there?`],
        ...cause,
      })
    case '28P01':
    case '28000':
      return message.includes('pg_hba.conf')
        ? unavailableError('database-refused', `The database at ${at} refuses the connection: ${message}.`, {
            todo: [
              '"no encryption" means that it wants TLS: remove sslmode=disable or RELEASE_DATABASE_SSL.',
            ],
            sqlstate: code,
            ...cause,
          })
        : configurationError(
            'database-password',
            `The database at ${at} refuses the user ${target.user ?? '(none)'}: wrong password or unknown user.`,
            {
              todo: [
                `Check the credentials in ${target.source}; \`heroku pg:credentials:url\` shows today's.`,
              ],
              sqlstate: code,
              ...cause,
            },
          )
    case '3D000':
      return configurationError('database-missing', `There is no database "${target.database}" at ${at}.`, {
        todo: [`Create it (createdb ${target.database}), or check the name in ${target.source}.`],
        sqlstate: code,
        ...cause,
      })
    case '53300':
      return unavailableError(
        'database-full',
        `The database at ${at} is out of connections (${message}); waited ${Math.round(waitedMs / 1000)} s for a free one.`,
        {
          todo: [
            'See who holds them: heroku pg:ps. Lower the pool size of the app, or stop a worker, and release again.',
            'A larger plan allows more: https://devcenter.heroku.com/articles/heroku-postgres-plans',
          ],
          sqlstate: code,
          ...cause,
        },
      )
    case '57P03':
      return unavailableError('database-starting', `The database at ${at} is not up yet: ${message}.`, {
        todo: ['Run the command again in a minute; heroku pg:info shows the state.'],
        sqlstate: code,
        ...cause,
      })
    case '08P01':
      if (message.includes('startup parameter')) return poolerError(target, message)
      break
    default:
      break
  }
  if (/timeout expired|timed out|ETIMEDOUT/i.test(message) || code === 'ETIMEDOUT') {
    return unavailableError(
      'database-silent',
      `The database at ${at} accepted the connection and did not answer, or does not accept one (waited ${Math.round(waitedMs / 1000)} s).`,
      { todo: [`${address} A firewall or a database that is being moved looks like this.`], ...cause },
    )
  }
  if (message.includes('does not support SSL')) {
    return unavailableError('database-tls', `The database at ${at} does not speak TLS.`, {
      todo: ['If that is right, add ?sslmode=disable to the URL or set RELEASE_DATABASE_SSL=disable.'],
      ...cause,
    })
  }
  if (/certificate|self.signed|altnames|SSL|TLS/i.test(message)) {
    return unavailableError(
      'database-tls',
      `The certificate of the database at ${at} is not accepted: ${message}.`,
      {
        todo: ['Give its authority with RELEASE_DATABASE_CA, or set RELEASE_DATABASE_SSL=no-verify.'],
        ...cause,
      },
    )
  }
  return unavailableError('database-unavailable', `The database at ${at} cannot be reached: ${message}.`, {
    todo: [address],
    ...(code === undefined ? {} : { sqlstate: code }),
    ...cause,
  })
}

/** A pooler shares sessions among clients, so a session advisory lock would belong to anybody. */
export function poolerError(target: Target, sign: string): ReleaseError {
  return configurationError(
    'database-pooler',
    `${target.source} (${target.location}) is a connection pooler (${sign}), which breaks the release lock and migrations.`,
    {
      todo: [
        'Set RELEASE_DATABASE_URL to the direct URL; in the Procfile of an app with PgBouncer: release: RELEASE_DATABASE_URL=$DIRECT_URL release migrate',
      ],
    },
  )
}

/** A follower takes no writes. */
export function followerError(target: Target): ReleaseError {
  return configurationError(
    'database-follower',
    `${target.source} (${target.location}) is a follower: it takes no writes, so nothing can be migrated there.`,
    { todo: ['Point it at the leader: heroku pg:info shows which one that is.'] },
  )
}
