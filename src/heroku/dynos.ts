import type { Dyno } from '../core/restart.js'
import { apiPath } from './api-path.js'
import type { CallOptions, Platform } from './platform.js'

/**
 * Every dyno of an app, one-off and release dynos among them; not the old web dynos that preboot keeps
 * serving. https://devcenter.heroku.com/articles/platform-api-reference#dyno-list
 */
export async function listDynos(
  platform: Platform,
  app: string,
  options?: CallOptions,
): Promise<readonly Dyno[]> {
  return await platform.list(
    apiPath`/apps/${app}/dynos`,
    (fields) => ({
      id: fields.text('id'),
      name: fields.text('name'),
      type: fields.text('type'),
      state: fields.text('state'),
      size: fields.optionalText('size'),
      releaseVersion: fields.optionalFields('release')?.optionalInteger('version'),
      createdAt: fields.text('created_at'),
      updatedAt: fields.optionalText('updated_at') ?? fields.text('created_at'),
    }),
    { ...options, enough: Infinity },
  )
}

/**
 * Asks Heroku to restart one dyno. By id rather than by name, so that a request that arrives twice cannot
 * hit the dyno that took its place. https://devcenter.heroku.com/articles/platform-api-reference#dyno-restart
 */
export async function restartDyno(
  platform: Platform,
  app: string,
  dynoId: string,
  options?: CallOptions,
): Promise<void> {
  await platform.delete(apiPath`/apps/${app}/dynos/${dynoId}`, options)
}
