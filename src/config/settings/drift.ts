import { setting } from '../setting.js'
import { oneOf } from '../values.js'

/** What to do where the files and the history disagree. */
export const driftSettings = {
  driftChanged: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'warn',
    file: 'drift.changed',
    shape: 'error, warn or allow',
    about: 'What to do about a file that was changed after it was applied.',
  }),
  driftDeleted: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'warn',
    file: 'drift.deleted',
    shape: 'error, warn or allow',
    about: 'What to do about an applied migration whose file is gone while newer files are there.',
  }),
  driftRenamed: setting(oneOf(['error', 'warn', 'allow'] as const), {
    default: 'error',
    file: 'drift.renamed',
    shape: 'error, warn or allow',
    about: 'What to do about an applied file that has another name now and would run again.',
  }),
} as const
