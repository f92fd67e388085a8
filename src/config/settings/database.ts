import { setting } from '../setting.js'
import { durationValue, oneOf, textValue } from '../values.js'

/** Which database, and how to connect to it. */
export const databaseSettings = {
  databaseUrl: setting(textValue, {
    default: undefined,
    env: ['RELEASE_DATABASE_URL', 'DATABASE_URL'],
    shape: 'URL',
    about:
      'The database to migrate. `RELEASE_DATABASE_URL` wins: set it to the direct URL where `DATABASE_URL` is a pooler.',
    secret: true,
  }),
  databaseSsl: setting(oneOf(['no-verify', 'verify-full', 'disable'] as const), {
    default: undefined,
    env: ['RELEASE_DATABASE_SSL'],
    file: 'database.ssl',
    shape: 'no-verify, verify-full or disable',
    about:
      'TLS to the database. Without it the URL’s `sslmode` decides, else `no-verify` (Heroku’s certificates are self-signed), and `disable` on this machine.',
  }),
  databaseCa: setting(textValue, {
    default: undefined,
    env: ['RELEASE_DATABASE_CA'],
    file: 'database.ca',
    shape: 'path',
    about: 'A file with the certificate authority of the database; the certificate is then verified.',
  }),
  connectWaitMs: setting(durationValue, {
    default: '5s',
    env: ['RELEASE_CONNECT_WAIT'],
    file: 'database.connect-wait',
    shape: 'duration',
    about:
      'How long to wait for a database that refuses connections because it is starting or full. Review apps wait at least a minute: theirs is often still being made.',
  }),
} as const
