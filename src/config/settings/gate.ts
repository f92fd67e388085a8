import { reviewAppPolicies } from '../../core/gate.js'
import { setting } from '../setting.js'
import { booleanValue, oneOf } from '../values.js'

/** Whether to migrate at all. */
export const gateSettings = {
  skipMigrations: setting(booleanValue, {
    default: 'false',
    env: ['RELEASE_SKIP_MIGRATIONS'],
    shape: 'boolean',
    about: '`release migrate` leaves everything alone and exits 0.',
  }),
  reviewApps: setting(oneOf(reviewAppPolicies), {
    default: 'auto',
    env: ['RELEASE_REVIEW_APPS'],
    file: 'review-apps',
    shape: 'auto, skip or migrate',
    about:
      'What `release migrate` does in a review app. `auto`: migrate a database that is its own or empty, leave alone one that is, or may be, another app’s. `skip`: never. `migrate`: as any other app.',
  }),
} as const
