import { setting } from '../setting.js'
import { oneOf } from '../values.js'

/** What is printed while the command runs. */
export const logSettings = {
  log: setting(oneOf(['pretty', 'json'] as const), {
    default: 'pretty',
    env: ['RELEASE_LOG'],
    shape: 'pretty or json',
    about: 'Log lines for people, or one JSON object a line.',
  }),
} as const
