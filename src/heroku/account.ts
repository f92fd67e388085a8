import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * How many requests the token's account has left; the cheapest question that shows that a token is accepted.
 * https://devcenter.heroku.com/articles/platform-api-reference#rate-limit
 */
export async function requestsLeft(platform: Platform, options?: CallOptions): Promise<number> {
  return await platform.get(apiPath`/account/rate-limits`, (fields) => fields.integer('remaining'), options)
}
