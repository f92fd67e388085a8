import { noticeLevels } from '../../core/report.js'
import { setting } from '../setting.js'
import { httpUrlValue, oneOf, webhookSecretValue } from '../values.js'

const levels =
  '`failure`: of releases that failed. `change`: also of those that applied something. `always`: of all.'

/** Who is told how a release ended. */
export const notifySettings = {
  webhookUrl: setting(httpUrlValue, {
    default: undefined,
    env: ['RELEASE_WEBHOOK_URL'],
    shape: 'URL',
    about:
      'Where to post how `release migrate` ended, signed with `RELEASE_WEBHOOK_SECRET`. See docs/hooks.md.',
    secret: true,
  }),
  webhookSecret: setting(webhookSecretValue, {
    default: undefined,
    env: ['RELEASE_WEBHOOK_SECRET'],
    shape: 'secret',
    about:
      'What signs the webhook: `whsec_` and 24 to 64 bytes in base64. Required with `RELEASE_WEBHOOK_URL`.',
    secret: true,
  }),
  webhookOn: setting(oneOf(noticeLevels), {
    default: 'failure',
    env: ['RELEASE_WEBHOOK_ON'],
    file: 'webhook.on',
    shape: 'failure, change or always',
    about: `What the webhook is told of. ${levels}`,
  }),
  slackUrl: setting(httpUrlValue, {
    default: undefined,
    env: ['RELEASE_SLACK_URL'],
    shape: 'URL',
    about: 'An incoming webhook of Slack, or of what takes the same messages. See docs/hooks.md.',
    secret: true,
  }),
  slackOn: setting(oneOf(noticeLevels), {
    default: 'failure',
    env: ['RELEASE_SLACK_ON'],
    file: 'slack.on',
    shape: 'failure, change or always',
    about: `What Slack is told of. ${levels}`,
  }),
} as const
