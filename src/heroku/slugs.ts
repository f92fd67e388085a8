import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

export interface Slug {
  /** The commit that it was built from; undefined where Heroku was not told. */
  readonly commit: string | undefined
  /** What its Procfile has for the release phase. */
  readonly releaseCommand: string | undefined
}

/**
 * Reads one slug of an app, by its id. https://devcenter.heroku.com/articles/platform-api-reference#slug-info
 */
export async function readSlug(
  platform: Platform,
  app: string,
  slugId: string,
  options?: CallOptions,
): Promise<Slug> {
  return await platform.get(
    apiPath`/apps/${app}/slugs/${slugId}`,
    (fields) => ({
      commit: fields.optionalText('commit'),
      releaseCommand: fields.optionalFields('process_types')?.optionalText('release'),
    }),
    options,
  )
}
