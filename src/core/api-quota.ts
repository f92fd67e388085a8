/**
 * Heroku's quota of API requests: an account has at most 4,500, and gets back about 75 a minute.
 * https://devcenter.heroku.com/articles/platform-api-reference#rate-limits
 */
const refillsPerMinute = 75
const few = 500

/** True when so few requests are left that whoever goes on asking should say so, and ask less often. */
export const isQuotaNear = (requestsLeft: number | undefined): boolean =>
  requestsLeft !== undefined && requestsLeft < few

/** How long the quota takes to refill from `requestsLeft` to `wanted`, in milliseconds; 0 when it is there. */
export function refillMs(requestsLeft: number | undefined, wanted: number): number {
  if (requestsLeft === undefined || requestsLeft >= wanted) return 0
  return Math.ceil(((wanted - requestsLeft) / refillsPerMinute) * 60_000)
}

/** `312 requests left of the account's quota, which refills at about 75 a minute`. */
export const describeQuota = (requestsLeft: number): string =>
  `${requestsLeft} ${requestsLeft === 1 ? 'request' : 'requests'} left of the account's quota, which refills at about ${refillsPerMinute} a minute`
