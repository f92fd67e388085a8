import { ReleaseError } from '../core/errors.js'
import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

export interface App {
  readonly id: string
  readonly name: string
  /** `cedar` or `fir`; undefined where Heroku does not say. */
  readonly generation: string | undefined
  readonly maintenance: boolean
  /** Where the app answers, `https://chart-1a2b3c.herokuapp.com/`; undefined where it has no such address. */
  readonly webUrl: string | undefined
  readonly inPrivateSpace: boolean
}

/** Reads one app by name or id. https://devcenter.heroku.com/articles/platform-api-reference#app-info */
export async function readApp(platform: Platform, app: string, options?: CallOptions): Promise<App> {
  return await platform.get(
    apiPath`/apps/${app}`,
    (fields) => ({
      id: fields.text('id'),
      name: fields.text('name'),
      generation: fields.optionalFields('generation')?.optionalText('name'),
      maintenance: fields.flag('maintenance'),
      webUrl: fields.optionalText('web_url'),
      inPrivateSpace: fields.optionalFields('space') !== undefined,
    }),
    options,
  )
}

/**
 * Whether preboot is on: then old web dynos go on serving for about three minutes after a release, unseen
 * in the list of dynos. False where the feature does not exist.
 * https://devcenter.heroku.com/articles/preboot
 */
export async function hasPreboot(platform: Platform, app: string, options?: CallOptions): Promise<boolean> {
  try {
    return await platform.get(
      apiPath`/apps/${app}/features/preboot`,
      (fields) => fields.flag('enabled'),
      options,
    )
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not-found') return false
    throw error
  }
}

/**
 * Turns maintenance mode on or off. Sent at most once; see `switchMaintenance`.
 * https://devcenter.heroku.com/articles/platform-api-reference#app-update
 */
export async function setMaintenance(
  platform: Platform,
  app: string,
  maintenance: boolean,
  options?: CallOptions,
): Promise<void> {
  await platform.patch(apiPath`/apps/${app}`, { maintenance }, () => undefined, options)
}
