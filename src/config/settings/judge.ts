import { setting } from '../setting.js'
import { oneOf, textValue } from '../values.js'

/** What `release migrate` does about what the judge finds, and what `release check` leaves alone. */
export const judgeSettings = {
  judgeBreaks: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'error',
    env: ['RELEASE_JUDGE_BREAKS'],
    flag: 'judge-breaks',
    file: 'judge.breaks',
    shape: 'error, warn or allow',
    about:
      'What to do about a pending migration that breaks the running code. `error`: exit 2 before anything runs.',
  }),
  judgeStalls: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'error',
    env: ['RELEASE_JUDGE_STALLS'],
    flag: 'judge-stalls',
    file: 'judge.stalls',
    shape: 'error, warn or allow',
    about:
      'What to do about a pending migration that makes the app wait: a table that the catalog says is small only ever warns.',
  }),
  judgeUnknown: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'warn',
    env: ['RELEASE_JUDGE_UNKNOWN'],
    flag: 'judge-unknown',
    file: 'judge.unknown',
    shape: 'error, warn or allow',
    about: 'What to do about SQL that cannot be judged before it runs.',
  }),
  judgeBaseline: setting(textValue, {
    default: undefined,
    env: ['RELEASE_JUDGE_BASELINE'],
    flag: 'baseline',
    file: 'judge.baseline',
    shape: 'name',
    about:
      'The last migration that `release check` does not judge: what came before the team had a judge. It says what schema there is.',
  }),
} as const
