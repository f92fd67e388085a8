import { setting } from '../setting.js'
import { durationValue, patternsValue } from '../values.js'

/** What `release tail` waits for, and what it counts. */
export const tailSettings = {
  untilStableMs: setting(durationValue, {
    default: '5m',
    env: ['RELEASE_UNTIL_STABLE'],
    flag: 'until-stable',
    file: 'tail.until-stable',
    shape: 'duration',
    about: 'How long the log must have been quiet for `release tail` to call the app stable.',
  }),
  tailDeadlineMs: setting(durationValue, {
    default: undefined,
    env: ['RELEASE_TAIL_DEADLINE'],
    flag: 'tail-deadline',
    file: 'tail.deadline',
    shape: 'duration',
    about: 'The longest that `release tail` may take. Without it three times `until-stable`.',
  }),
  tailPatterns: setting(patternsValue, {
    default: undefined,
    file: 'tail.patterns',
    shape: 'regular expressions',
    about: 'Lines of the log that `release tail` counts as trouble, besides those that always are.',
  }),
  tailIgnore: setting(patternsValue, {
    default: undefined,
    file: 'tail.ignore',
    shape: 'regular expressions',
    about: 'Lines of the log that `release tail` passes over, whatever else they are.',
  }),
} as const
