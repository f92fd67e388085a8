import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/start.js'
import { migrateHere } from '../support/migrate-here.js'
import type { TestDatabase } from '../support/postgres.js'
import { createAppDatabase, createScene, type Scene } from '../support/scene.js'

// The app is "chart"; what it meets was left by "staging", by nobody, or by itself.
const databases = ['empty', 'own', 'unclaimed', 'nameless', 'copy', 'foreign'] as const
type Database = (typeof databases)[number]
const signs = ['none', 'HEROKU_PR_NUMBER', 'HEROKU_PARENT_APP_NAME', 'pipeline'] as const
type Sign = (typeof signs)[number]
const policies = ['auto', 'skip', 'migrate'] as const
type Policy = (typeof policies)[number]

const signText = {
  none: '',
  HEROKU_PR_NUMBER: 'pull request 7',
  HEROKU_PARENT_APP_NAME: 'of staging',
  pipeline: 'by its pipeline',
} satisfies Record<Sign, string>

interface Expected {
  readonly exitCode: number
  readonly line: string
  readonly note?: string
}

const skipped = (reason: string): Expected => ({
  exitCode: 0,
  line: `Skipped: ${reason}. Nothing was migrated or restarted.`,
})
const migrated: Expected = { exitCode: 0, line: 'Done in ' }

/** What the design says of a combination. */
function expected(sign: Sign, policy: Policy, database: Database): Expected {
  const isReviewApp = `this is a review app (${signText[sign]})`
  if (sign !== 'none' && policy === 'skip') return skipped(`${isReviewApp} and RELEASE_REVIEW_APPS is skip`)
  const cautious = sign !== 'none' && policy === 'auto'
  switch (database) {
    case 'empty':
    case 'own':
      return migrated
    case 'copy':
      return {
        ...migrated,
        note: "gate: the database is a copy of staging's; from now on it is chart's",
      }
    case 'unclaimed':
    case 'nameless':
      return cautious
        ? skipped(`${isReviewApp}, and the database holds tables that may be another app's`)
        : migrated
    case 'foreign':
      return cautious
        ? skipped(`${isReviewApp}, and the database belongs to the app staging`)
        : {
            exitCode: 78,
            line: 'Refused: the database belongs to the app staging, not to chart.',
          }
  }
}

let scene: Scene
let heroku: LocalHeroku
let foreign: TestDatabase & { appUrl: string }

const environments = (): Record<Sign, Record<string, string>> => ({
  none: {},
  HEROKU_PR_NUMBER: { HEROKU_PR_NUMBER: '7' },
  HEROKU_PARENT_APP_NAME: { HEROKU_PARENT_APP_NAME: 'staging' },
  pipeline: { HEROKU_API_KEY: heroku.token, HEROKU_API_URL: heroku.url },
})

const base = { RELEASE_RESTART: 'never', HEROKU_APP_NAME: 'chart' }

beforeAll(async () => {
  heroku = await startLocalHeroku()
  heroku.createPipeline().add(await heroku.createApp({ name: 'chart' }), 'review')
  scene = await createScene({ 'migrations/1_first.sql': 'SELECT 1;' })
  foreign = await createAppDatabase()
  await scene.release('migrate', { ...base, HEROKU_APP_NAME: 'staging', DATABASE_URL: foreign.appUrl })
})

afterAll(async () => await heroku.close())

/** A database in the state that the case asks for, with one migration behind it and none of the second. */
async function prepare(kind: Database): Promise<TestDatabase & { appUrl: string }> {
  if (kind === 'foreign') return foreign
  const database = await createAppDatabase(kind === 'copy' ? foreign.name : undefined)
  const first = { ...base, DATABASE_URL: database.appUrl }
  if (kind === 'own') await migrateHere(scene.folder, first)
  if (kind === 'nameless') await migrateHere(scene.folder, { ...first, HEROKU_APP_NAME: undefined })
  if (kind === 'unclaimed') await database.query('CREATE TABLE users (id int)')
  return database
}

interface State {
  readonly owner: string | null | undefined
  readonly applied: string[]
}

async function stateOf(database: TestDatabase): Promise<State> {
  const [there] = await database.query<{ ledger: boolean; history: boolean }>(
    `SELECT to_regclass('release_phase.ledger') IS NOT NULL AS ledger, to_regclass('pgmigrations') IS NOT NULL AS history`,
  )
  const owners = there?.ledger
    ? await database.query<{ owner: string | null }>('SELECT owner_app AS owner FROM release_phase.ledger')
    : []
  const history = there?.history
    ? await database.query<{ name: string }>('SELECT name FROM pgmigrations ORDER BY id')
    : []
  return { owner: owners[0]?.owner, applied: history.map(({ name }) => name) }
}

describe.each(databases)('a database that is %s', (kind) => {
  describe.each(signs)('and a review app by %s', (sign) => {
    it.each(policies)('with RELEASE_REVIEW_APPS=%s', async (policy) => {
      const database = await prepare(kind)
      const before = await stateOf(database)
      await scene.write('migrations/2_second.sql', 'SELECT 2;')
      const seen = await migrateHere(scene.folder, {
        ...base,
        ...environments()[sign],
        RELEASE_REVIEW_APPS: policy,
        DATABASE_URL: database.appUrl,
      })
      await scene.remove('migrations/2_second.sql')
      const { exitCode, line, note } = expected(sign, policy, kind)
      expect(seen.lines).toContainEqual(expect.stringContaining(line))
      expect(seen.exitCode).toBe(exitCode)
      expect(seen.log.filter((entry) => entry.startsWith('gate:'))).toEqual(note === undefined ? [] : [note])
      const goes = line === migrated.line
      expect(await stateOf(database)).toEqual(
        goes ? { owner: 'chart', applied: ['1_first', '2_second'] } : before,
      )
    })
  })
})

describe.each(signs)('RELEASE_SKIP_MIGRATIONS and a review app by %s', (sign) => {
  it.each(policies)('with RELEASE_REVIEW_APPS=%s skips without looking at any database', async (policy) => {
    const result = await scene.release('migrate', {
      ...base,
      ...environments()[sign],
      RELEASE_SKIP_MIGRATIONS: 'true',
      RELEASE_REVIEW_APPS: policy,
      DATABASE_URL: undefined,
    })
    expect(result).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: 'Skipped: RELEASE_SKIP_MIGRATIONS is set. Nothing was migrated or restarted.\n',
    })
  })
})

it('a review app that is skipped says where that was set', async () => {
  const inFile = await createScene({ 'release-phase.config.json': '{"review-apps": "skip"}' })
  const env = { HEROKU_PR_NUMBER: '7' }
  for (const [words, line] of [
    ['migrate', 'Skipped: this is a review app (pull request 7) and'],
    ['plan', 'Would skip: this is a review app (pull request 7) and'],
  ] as const) {
    const { stdout } = await inFile.release(words, env)
    expect(stdout).toContain(`${line} review-apps in release-phase.config.json is skip.`)
  }
})

it('--adopt takes over the database of another app, and says so', async () => {
  const database = await createAppDatabase()
  const env = { ...base, DATABASE_URL: database.appUrl }
  await scene.release('migrate', { ...env, HEROKU_APP_NAME: 'staging' })
  expect((await scene.release('migrate', env)).exitCode).toBe(78)
  const adopting = await scene.release('migrate --adopt', env)
  expect(adopting.exitCode).toBe(0)
  expect(adopting.stderr).toContain("gate     the database was staging's; --adopt makes it chart's")
  expect(await stateOf(database)).toMatchObject({ owner: 'chart' })
  expect((await scene.release('migrate', env)).exitCode).toBe(0)
  expect((await scene.release('migrate', { ...env, HEROKU_APP_NAME: 'staging' })).exitCode).toBe(78)
})

it('an app without a name is refused nowhere, and takes no name away', async () => {
  const result = await scene.release('migrate', { RELEASE_RESTART: 'never', DATABASE_URL: foreign.appUrl })
  expect(result.exitCode).toBe(0)
  expect(await stateOf(foreign)).toMatchObject({ owner: 'staging' })
})

it('a platform that does not answer is no reason to stop a release', async () => {
  const database = await createAppDatabase()
  const result = await scene.release('migrate', {
    ...base,
    HEROKU_API_KEY: heroku.token,
    HEROKU_API_URL: 'http://127.0.0.1:1',
    DATABASE_URL: database.appUrl,
  })
  expect(result.stderr).toContain('gate     warning: the platform could not be asked whether')
  expect(result.stderr).not.toContain('error: ')
  expect(result.exitCode).toBe(0)
  expect(await stateOf(database)).toEqual({ owner: 'chart', applied: ['1_first'] })
})

it('an app whose id is known keeps its database when it is renamed', async () => {
  const database = await createAppDatabase()
  const env = {
    ...base,
    HEROKU_APP_ID: '01234567-89ab-cdef-0123-456789abcdef',
    DATABASE_URL: database.appUrl,
  }
  await scene.release('migrate', env)
  expect((await scene.release('migrate', { ...env, HEROKU_APP_NAME: 'graph' })).exitCode).toBe(0)
})
