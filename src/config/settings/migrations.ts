import { setting } from '../setting.js'
import { booleanOrTextValue, booleanValue, lockKeyValue, textListValue, textValue } from '../values.js'

/** node-pg-migrate's number: its command and this one exclude each other. */
const nodePgMigrateLock = '7241865325823964'

/** Where migrations and their history are; names and meanings are node-pg-migrate’s, but for `command`. */
export const migrationsSettings = {
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
    about: 'Refuse a pending migration that is older than an applied one, or two with one number.',
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
} as const
