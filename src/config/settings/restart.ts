import { restartPolicies } from '../../core/restart-decision.js'
import { setting } from '../setting.js'
import { batchValue, durationValue, httpStatusValue, oneOf, pathOrUrlValue, textValue } from '../values.js'

/** The rolling restart, after a migration and by itself. */
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
  restartBatch: setting(batchValue, {
    default: '1',
    env: ['RELEASE_RESTART_BATCH'],
    flag: 'batch',
    file: 'restart-batch',
    shape: 'number or share',
    about:
      'How many dynos of a process type are restarted at a time: a number, or a share of its formation such as `25%`, rounded down to at least one.',
  }),
  restartSettleMs: setting(durationValue, {
    default: '5s',
    env: ['RELEASE_RESTART_SETTLE'],
    flag: 'settle',
    file: 'restart-settle',
    shape: 'duration',
    about: 'How long restarted dynos must stay up before the next are restarted.',
  }),
  restartTimeoutMs: setting(durationValue, {
    default: '3m',
    env: ['RELEASE_RESTART_TIMEOUT'],
    flag: 'restart-timeout',
    file: 'restart-timeout',
    shape: 'duration',
    about: 'How long restarted dynos may take to be up and settled, and the app to answer on `health.path`.',
  }),
  healthPath: setting(pathOrUrlValue, {
    default: undefined,
    env: ['RELEASE_HEALTH_PATH'],
    flag: 'health-path',
    file: 'health.path',
    shape: 'path or URL',
    about:
      'A path of the app, such as `/health`, that must answer as expected after web dynos were restarted, before the next are. A whole URL where the app’s own address at Heroku does not lead to it.',
  }),
  healthStatus: setting(httpStatusValue, {
    default: '200',
    env: ['RELEASE_HEALTH_STATUS'],
    flag: 'health-status',
    file: 'health.status',
    shape: 'number',
    about: 'The status of the answer that is expected there.',
  }),
  healthBody: setting(textValue, {
    default: undefined,
    env: ['RELEASE_HEALTH_BODY'],
    flag: 'health-body',
    file: 'health.body',
    shape: 'text',
    about: 'A text that the answer there must contain.',
  }),
} as const
