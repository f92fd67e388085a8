import { setting } from '../setting.js'
import { durationValue } from '../values.js'

/** How long anything may take or be waited for. */
export const patienceSettings = {
  lockWaitMs: setting(durationValue, {
    default: '15m',
    env: ['RELEASE_LOCK_WAIT'],
    flag: 'lock-wait',
    file: 'lock-wait',
    shape: 'duration',
    about: 'How long to wait for another release that holds the release lock, before giving up with exit 75.',
  }),
  lockTimeoutMs: setting(durationValue, {
    default: '1s',
    env: ['RELEASE_LOCK_TIMEOUT'],
    flag: 'lock-timeout',
    file: 'lock-timeout',
    shape: 'duration',
    about:
      'How long a statement of a migration may queue for a table lock at a time; the app queues behind it no longer than this.',
  }),
  lockRetryMs: setting(durationValue, {
    default: '5m',
    env: ['RELEASE_LOCK_RETRY'],
    flag: 'lock-retry',
    file: 'lock-retry',
    shape: 'duration',
    about:
      'How long a migration that met `lock-timeout` is tried again, with growing pauses, before giving up with exit 75.',
  }),
  indexWaitMs: setting(durationValue, {
    default: '30m',
    env: ['RELEASE_INDEX_WAIT'],
    flag: 'index-wait',
    file: 'index-wait',
    shape: 'duration',
    about:
      'How long `CREATE INDEX CONCURRENTLY` and its kin wait, before they begin, for transactions that are old already, before giving up with exit 75.',
  }),
  endIdleBlockersMs: setting(durationValue, {
    default: undefined,
    env: ['RELEASE_END_IDLE_BLOCKERS'],
    flag: 'end-idle-blockers',
    file: 'end-idle-blockers',
    shape: 'duration',
    about:
      'End sessions that block a migration and have been idle in their transaction for longer than this; each is logged, and no other is ever ended. Without it, none is.',
  }),
  deadlineMs: setting(durationValue, {
    default: '55m',
    env: ['RELEASE_DEADLINE'],
    flag: 'deadline',
    file: 'deadline',
    shape: 'duration',
    about:
      'The longest a whole `release migrate` or `release rehearse` may take, and how long `release rollback` waits for a release phase; Heroku ends one after an hour.',
  }),
  soakMs: setting(durationValue, {
    default: '5m',
    env: ['RELEASE_SOAK'],
    file: 'soak',
    shape: 'duration',
    about: 'Reserved for `release after`: how long new code must have run without a crash.',
  }),
} as const
