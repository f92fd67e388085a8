import { formatDuration } from '../../core/duration.js'
import { configurationError } from '../../core/errors.js'
import type { App } from '../../heroku/apps.js'
import type { Platform } from '../../heroku/platform.js'
import type { World } from '../world.js'

/** An app that can be closed and opened. */
export interface HerokuApp {
  readonly platform: Platform
  readonly app: App
}

/** The platform and the app that the settings name, asked for now. Throws 78 where they name none. */
export async function findApp(world: World, signal: AbortSignal = world.signal): Promise<HerokuApp> {
  const { token, app } = world.config
  if (token === undefined) throw withoutToken()
  if (app === undefined) throw withoutApp()
  const platform = await platformFor(world, signal)
  const { readApp } = await import('../../heroku/apps.js')
  return { platform, app: await readApp(platform, app) }
}

/** A client of the Platform API that ends with this signal. */
export async function platformFor({ config, log }: World, signal: AbortSignal): Promise<Platform> {
  const { createPlatform } = await import('../../heroku/client.js')
  return createPlatform({
    token: config.token ?? '',
    apiUrl: config.apiUrl,
    signal,
    onNotice: ({ verb, path, reason, pauseMs }) =>
      log.warn('maintain', `${verb} ${path}: ${reason} Again in ${formatDuration(pauseMs)}.`),
  })
}

/** Throws 78 for an app that Heroku cannot close. https://devcenter.heroku.com/articles/maintenance-mode */
export function refuseUnclosable({ name, generation }: App): void {
  if (generation !== 'fir') return
  throw configurationError(
    'maintenance-unavailable',
    `${name} is a Fir app, and Heroku has no maintenance mode for those.`,
    {
      todo: ['Migrate in steps that the running code bears, with RELEASE_MAINTENANCE=never.'],
    },
  )
}

const withoutToken = () =>
  configurationError('token-missing', 'Maintenance mode needs an API token, and none is set.', {
    todo: ['Make one: heroku authorizations:create --scope write', 'Then set it: HEROKU_API_KEY=...'],
  })

const withoutApp = () =>
  configurationError('app-missing', 'Which app is to be closed or opened is not known.', {
    todo: ['Name it: --app NAME, or HEROKU_APP_NAME.'],
  })

/** Looking more often than a dyno has to settle would find nothing new. */
export const pollMsOf = ({ config }: World): number =>
  Math.min(3000, Math.max(250, config.restartSettleMs / 2))
