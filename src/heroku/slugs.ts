import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * The commit that a slug was built from; undefined where Heroku was not told.
 * https://devcenter.heroku.com/articles/platform-api-reference#slug-info
 */
export async function slugCommit(
  platform: Platform,
  app: string,
  slugId: string,
  options?: CallOptions,
): Promise<string | undefined> {
  return await platform.get(
    apiPath`/apps/${app}/slugs/${slugId}`,
    (fields) => fields.optionalText('commit'),
    options,
  )
}
