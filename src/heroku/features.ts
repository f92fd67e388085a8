import { ReleaseError } from '../core/errors.js'
import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * Whether a feature of an app is on, one of Heroku Labs too; undefined where Heroku does not know the feature.
 * https://devcenter.heroku.com/articles/platform-api-reference#app-feature-info
 */
export async function isFeatureOn(
  platform: Platform,
  app: string,
  feature: string,
  options?: CallOptions,
): Promise<boolean | undefined> {
  try {
    return await platform.get(
      apiPath`/apps/${app}/features/${feature}`,
      (fields) => fields.flag('enabled'),
      options,
    )
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not-found') return undefined
    throw error
  }
}
