import { formatDuration } from '../core/duration.js'
import { configurationError } from '../core/errors.js'
import type { StoryStep } from '../core/log.js'
import type { Platform } from '../heroku/platform.js'
import type { World } from './world.js'

/** The platform, and the app that the settings name. */
export interface Asked {
  readonly platform: Platform
  readonly app: string
}

/**
 * For a command that is about an app on Heroku: the platform and the app's name. Calls that are tried again
 * are told under `step`. Throws 78 where the app or the token is not set.
 */
export async function askPlatform({ config, log, signal }: World, step: StoryStep): Promise<Asked> {
  const { app, token, apiUrl } = config
  if (app === undefined) {
    throw configurationError('app-missing', 'Which app is meant is not known.', {
      todo: ['Name it: --app NAME, or set HEROKU_APP_NAME.'],
    })
  }
  const { createPlatform } = await import('../heroku/client.js')
  const platform = createPlatform({
    token: token ?? '',
    apiUrl,
    signal,
    onNotice: ({ verb, path, reason, pauseMs }) =>
      log.warn(step, `${verb} ${path}: ${reason} Again in ${formatDuration(pauseMs)}.`),
  })
  return { platform, app }
}
