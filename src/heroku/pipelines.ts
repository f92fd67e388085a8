import { ReleaseError } from '../core/errors.js'
import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * The stage of an app in its pipeline (`review`, `development`, `test`, `staging`, `production`), or
 * undefined when it is in none. `review` is the one sure sign of a review app.
 * https://devcenter.heroku.com/articles/platform-api-reference#pipeline-coupling-info-by-app
 */
export async function pipelineStage(
  platform: Platform,
  app: string,
  options?: CallOptions,
): Promise<string | undefined> {
  try {
    return await platform.get(
      apiPath`/apps/${app}/pipeline-couplings`,
      (fields) => fields.text('stage'),
      options,
    )
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not-found') return undefined
    throw error
  }
}
