import type { ProcessType } from '../core/restart.js'
import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * The process types of an app and how many dynos each should have.
 * https://devcenter.heroku.com/articles/platform-api-reference#formation-list
 */
export async function listFormation(
  platform: Platform,
  app: string,
  options?: CallOptions,
): Promise<readonly ProcessType[]> {
  return await platform.list(
    apiPath`/apps/${app}/formation`,
    (fields) => ({ type: fields.text('type'), quantity: fields.integer('quantity') }),
    { ...options, enough: Infinity },
  )
}

/**
 * Scales a process type; its size stays. Sent at most once; see `scaleTypes`.
 * https://devcenter.heroku.com/articles/platform-api-reference#formation-update
 */
export async function scaleType(
  platform: Platform,
  app: string,
  { type, quantity }: ProcessType,
  options?: CallOptions,
): Promise<void> {
  await platform.patch(apiPath`/apps/${app}/formation/${type}`, { quantity }, () => undefined, options)
}
