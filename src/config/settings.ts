import type * as z from 'zod/mini'
import { reviewAppPolicies } from '../core/gate.js'
import { restartPolicies } from '../core/restart-decision.js'
import {
  booleanOrTextValue,
  booleanValue,
  durationValue,
  httpUrlValue,
  lockKeyValue,
  oneOf,
  textListValue,
  textValue,
} from './values.js'

/** One setting: where it may be given, what it may be, and the sentence that the documentation prints. */
export interface Setting<
  Schema extends z.ZodMiniType = z.ZodMiniType,
  Default extends string | undefined = string | undefined,
> {
  readonly schema: Schema
  /** As a person would write it; undefined: there is none. */
  readonly default: Default
  /** Names of environment variables, the first that is set wins. */
  readonly env?: readonly string[]
  readonly flag?: string
  readonly short?: string
  /** Dotted path in the configuration file. */
  readonly file?: string
  /** What a value looks like, for `--help` and the documentation. */
  readonly shape: string
  readonly about: string
  /** Never printed, not even when it is wrong. */
  readonly secret?: true
}

const setting = <Schema extends z.ZodMiniType, Default extends string | undefined>(
  schema: Schema,
  rest: Omit<Setting<Schema, Default>, 'schema'>,
): Setting<Schema, Default> => ({ schema, ...rest })

/** node-pg-migrate's number: its command and this one exclude each other. */
export const nodePgMigrateLock = '7241865325823964'

/** Every setting there is. The command line, the environment, the file and the documentation are read off it. */
export const settings = {
  databaseUrl: setting(textValue, {
    default: undefined,
    env: ['RELEASE_DATABASE_URL', 'DATABASE_URL'],
    shape: 'URL',
    about:
      'The database to migrate. `RELEASE_DATABASE_URL` wins: set it to the direct URL where `DATABASE_URL` is a pooler.',
    secret: true,
  }),
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
  restart: setting(oneOf(restartPolicies), {
    default: 'auto',
    env: ['RELEASE_RESTART'],
    flag: 'restart',
    file: 'restart',
    shape: 'auto, always or never',
    about:
      'Whether `release migrate` restarts the dynos. `auto`: by hand, when something was applied; in the release phase never, because the platform does it.',
  }),
  restartSettleMs: setting(durationValue, {
    default: '5s',
    env: ['RELEASE_RESTART_SETTLE'],
    flag: 'settle',
    file: 'restart-settle',
    shape: 'duration',
    about: 'How long a restarted dyno must stay up before the next one is restarted.',
  }),
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
    about: 'The longest a whole `release migrate` may take; Heroku ends a release phase after an hour.',
  }),
  soakMs: setting(durationValue, {
    default: '5m',
    env: ['RELEASE_SOAK'],
    file: 'soak',
    shape: 'duration',
    about: 'Reserved for `release after`: how long new code must have run without a crash.',
  }),
  log: setting(oneOf(['pretty', 'json'] as const), {
    default: 'pretty',
    env: ['RELEASE_LOG'],
    shape: 'pretty or json',
    about: 'Log lines for people, or one JSON object a line.',
  }),
  token: setting(textValue, {
    default: undefined,
    env: ['HEROKU_API_KEY'],
    shape: 'token',
    about: 'A Platform API token of scope `write`. Without one nothing is asked of the platform.',
    secret: true,
  }),
  app: setting(textValue, {
    default: undefined,
    env: ['RELEASE_APP', 'HEROKU_APP_NAME'],
    flag: 'app',
    file: 'app',
    shape: 'name',
    about: 'The Heroku app.',
  }),
  apiUrl: setting(httpUrlValue, {
    default: 'https://api.heroku.com',
    env: ['HEROKU_API_URL'],
    shape: 'URL',
    about: 'Another host for the Platform API, for tests.',
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
  migrateCommand: setting(textValue, {
    default: undefined,
    env: ['RELEASE_MIGRATE_COMMAND'],
    file: 'migrate.command',
    shape: 'command',
    about:
      'The command of another migrator, such as `bundle exec rails db:migrate`, run by `sh` in place of the files of `migrations-dir`.',
  }),
  migrationsDir: setting(textListValue, {
    default: 'migrations',
    flag: 'migrations-dir',
    short: 'm',
    file: 'migrate.migrations-dir',
    shape: 'folder',
    about: 'The folder of the migrations, or with `use-glob` one or more patterns.',
  }),
  useGlob: setting(booleanValue, {
    default: 'false',
    flag: 'use-glob',
    file: 'migrate.use-glob',
    shape: 'boolean',
    about: '`migrations-dir` and `ignore-pattern` are glob patterns.',
  }),
  ignorePattern: setting(textListValue, {
    default: undefined,
    flag: 'ignore-pattern',
    file: 'migrate.ignore-pattern',
    shape: 'regular expression',
    about: 'Files in the folder that are no migrations. Without it, files whose name starts with a dot.',
  }),
  migrationsTable: setting(textValue, {
    default: 'pgmigrations',
    flag: 'migrations-table',
    short: 't',
    file: 'migrate.migrations-table',
    shape: 'name',
    about: 'The history table.',
  }),
  schema: setting(textListValue, {
    default: 'public',
    flag: 'schema',
    short: 's',
    file: 'migrate.schema',
    shape: 'name',
    about: 'The schema, or several, that the migrations run in (their `search_path`).',
  }),
  migrationsSchema: setting(textValue, {
    default: undefined,
    flag: 'migrations-schema',
    file: 'migrate.migrations-schema',
    shape: 'name',
    about: 'The schema of the history table. Without it the first of `schema`.',
  }),
  createSchema: setting(booleanValue, {
    default: 'false',
    flag: 'create-schema',
    file: 'migrate.create-schema',
    shape: 'boolean',
    about: 'Make the schemas of `schema` where they are missing.',
  }),
  createMigrationsSchema: setting(booleanValue, {
    default: 'false',
    flag: 'create-migrations-schema',
    file: 'migrate.create-migrations-schema',
    shape: 'boolean',
    about: 'Make the schema of the history table where it is missing.',
  }),
  checkOrder: setting(booleanValue, {
    default: 'true',
    flag: 'check-order',
    file: 'migrate.check-order',
    shape: 'boolean',
    about: 'Refuse a pending migration that is older than an applied one, and two with one number.',
  }),
  decamelize: setting(booleanValue, {
    default: 'false',
    flag: 'decamelize',
    file: 'migrate.decamelize',
    shape: 'boolean',
    about: 'Write camelCase names of js and ts migrations as snake_case.',
  }),
  tsconfigPaths: setting(booleanOrTextValue, {
    default: 'false',
    flag: 'tsconfig-paths',
    file: 'migrate.tsconfig-paths',
    shape: 'boolean or path',
    about: 'Resolve the path aliases of `tsconfig.json` in js and ts migrations.',
  }),
  lockValue: setting(lockKeyValue, {
    default: nodePgMigrateLock,
    flag: 'lock-value',
    file: 'migrate.lock-value',
    shape: 'number',
    about:
      'The advisory lock. The default is node-pg-migrate’s own, so that its command and this one exclude each other.',
  }),
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

export type Settings = typeof settings
export type SettingName = keyof Settings

/** The values that settings have after they were read; undefined only where there is no default. */
export type SettingValues = {
  readonly [Name in SettingName]: Settings[Name]['default'] extends string
    ? z.output<Settings[Name]['schema']>
    : z.output<Settings[Name]['schema']> | undefined
}
