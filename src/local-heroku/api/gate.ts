import type { IncomingHttpHeaders } from 'node:http'
import type { Platform } from '../platform.js'
import { allows, type Need } from '../tokens.js'
import { outOfScope, refuse, unauthorized } from './refusal.js'

/**
 * Lets a request in or throws the refusal: version header, token, quota, scope, in this order.
 * https://devcenter.heroku.com/articles/platform-api-reference#authentication
 */
export function admit(platform: Platform, headers: IncomingHttpHeaders, need: Need, free: boolean): void {
  if (!/application\/vnd\.heroku\+json;\s*version=3/.test(headers.accept ?? '')) throw withoutVersion()
  const token = platform.tokens.find(tokenIn(headers.authorization))
  if (token === undefined) throw unauthorized()
  if (token.expired) throw unauthorized('The access token provided has expired.')
  if (!free && !platform.quota.take()) throw rateLimited()
  if (!allows(token, need)) throw outOfScope()
}

/** 429, with the sentence Heroku's clients look for. */
export const rateLimited = () =>
  refuse(
    429,
    'rate_limit',
    'Your account reached the API rate limit\nPlease wait a few minutes before making new requests',
    'https://devcenter.heroku.com/articles/platform-api-reference#rate-limits',
  )

const withoutVersion = () =>
  refuse(
    406,
    'not_acceptable',
    'request failed, set `Accept: application/vnd.heroku+json; version=3` header and try again',
  )

// `Basic base64(user:token)`, where the user is anything or nothing, or `Bearer token`.
function tokenIn(authorization = ''): string {
  const [scheme = '', credentials = ''] = authorization.split(' ')
  if (scheme.toLowerCase() === 'bearer') return credentials
  const plain = Buffer.from(credentials, 'base64').toString('utf8')
  return plain.slice(plain.indexOf(':') + 1)
}
