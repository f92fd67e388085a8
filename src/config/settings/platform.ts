import { setting } from '../setting.js'
import { durationValue, httpUrlValue, textValue } from '../values.js'

/** The Heroku app and the Platform API. */
export const platformSettings = {
  token: setting(textValue, {
    default: undefined,
    env: ['HEROKU_API_KEY'],
    shape: 'token',
    about: 'A Platform API token of scope `write`. Without one nothing is asked of the platform.',
    secret: true,
  }),
  app: setting(textValue, {
    default: undefined,
    env: ['RELEASE_APP', 'HEROKU_APP_NAME'],
    flag: 'app',
    file: 'app',
    shape: 'name',
    about: 'The Heroku app.',
  }),
  apiUrl: setting(httpUrlValue, {
    default: 'https://api.heroku.com',
    env: ['HEROKU_API_URL'],
    shape: 'URL',
    about: 'Another host for the Platform API, for tests.',
  }),
  watchIntervalMs: setting(durationValue, {
    default: '5s',
    env: ['RELEASE_WATCH_INTERVAL'],
    flag: 'interval',
    file: 'watch-interval',
    shape: 'duration',
    about:
      'How long `release status --watch` waits between two looks; it waits longer while few API requests are left.',
  }),
} as const
