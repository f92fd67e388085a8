import { restartPolicies } from '../../core/restart-decision.js'
import { setting } from '../setting.js'
import { durationValue, oneOf } from '../values.js'

/** The restart after a migration. */
export const restartSettings = {
  restart: setting(oneOf(restartPolicies), {
    default: 'auto',
    env: ['RELEASE_RESTART'],
    flag: 'restart',
    file: 'restart',
    shape: 'auto, always or never',
    about:
      'Whether `release migrate` restarts the dynos. `auto`: by hand, when something was applied; in the release phase never, because the platform does it.',
  }),
  restartSettleMs: setting(durationValue, {
    default: '5s',
    env: ['RELEASE_RESTART_SETTLE'],
    flag: 'settle',
    file: 'restart-settle',
    shape: 'duration',
    about: 'How long a restarted dyno must stay up before the next one is restarted.',
  }),
} as const
