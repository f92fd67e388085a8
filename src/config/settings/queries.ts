import { setting } from '../setting.js'
import { textValue } from '../values.js'

/** The queries of the code that is running. */
export const queriesSettings = {
  queriesFile: setting(textValue, {
    default: undefined,
    env: ['RELEASE_QUERIES_FILE'],
    shape: 'path',
    about:
      'Where `release-phase/record` writes the queries of the app. Without it, to a file in `.release-queries/`. See docs/queries.md.',
  }),
} as const
