import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../local-heroku/support.js'
import { databaseUrl, onServer } from '../support/postgres.js'
import { createScene } from '../support/scene.js'
import { lastLine, migrated, users } from './status-support.js'

const two = { ...users, 'migrations/2_email.sql': 'ALTER TABLE users ADD COLUMN email text;' }

describe('release status without a token', () => {
  it('tells the owner, applied, pending and the last runs, and how to see the dynos', async () => {
    const scene = await migrated()
    await scene.write('migrations/2_email.sql', 'ALTER TABLE users ADD COLUMN email text;')
    const { exitCode, stdout } = await scene.release('status', { RELEASE_APP: 'chart' })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Owner +chart$/m)
    expect(stdout).toMatch(/^Applied +1 in public\.pgmigrations, the last .* UTC, (?:just now|.* ago)$/m)
    expect(stdout).toMatch(/^Pending +1\n +2_email$/m)
    expect(stdout).toMatch(/^Lock +free$/m)
    expect(stdout).toMatch(/^Runs +.* UTC  chart  by hand by \S+  done  1 applied  \d/m)
    expect(stdout).toMatch(/^Heroku +Nothing was asked of Heroku: no API token is set\. HEROKU_API_KEY=/m)
    expect(lastLine(stdout)).toBe('chart: 1 applied, 1 pending; dynos not known.')
    expect(stdout.split('\n').length).toBeLessThan(30)
  })

  it('changes nothing in a database that was never migrated', async () => {
    const scene = await createScene(two)
    const { exitCode, stdout } = await scene.release('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Owner +nobody: the database is empty$/m)
    expect(lastLine(stdout)).toBe('This app: 0 applied, 2 pending; dynos not known.')
    const left = await scene.database.query(
      `SELECT nspname FROM pg_namespace WHERE nspname = 'release_phase'
       UNION ALL SELECT relname FROM pg_class WHERE relname = 'pgmigrations'`,
    )
    expect(left).toEqual([])
  })

  it('waits for no lock that another session holds on the history', async () => {
    const scene = await migrated()
    const client = await scene.database.connect()
    await client.query('BEGIN; LOCK TABLE pgmigrations IN ACCESS EXCLUSIVE MODE')
    const { exitCode, stdout } = await scene.release('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Migrations +The database refuses to show it: canceling statement due to lock/m)
    expect(stdout).toMatch(/^Owner +chart$/m)
  })

  it('names who holds the release lock, and calls a killed run interrupted', async () => {
    const scene = await createScene({ 'migrations/1_slow.sql': 'SELECT pg_sleep(600);' })
    const migrate = scene.start('migrate --app chart', { DYNO: 'release.77', HEROKU_RELEASE_VERSION: 'v9' })
    await migrate.says('1 pending')
    const during = await eventually(async () => {
      const result = await scene.release('status')
      return result.stdout.includes('pg_sleep') ? result.stdout : undefined
    }, 'the holder in the status')
    expect(during).toMatch(/^Lock +held by chart v9, dyno release\.77 \(pid \d+\), .*pg_sleep/m)
    expect(during).toMatch(/^Runs +.* UTC  chart v9  release\.77  running  0 applied/m)
    expect(lastLine(during)).toBe('chart: 0 applied, 1 pending; the release lock is held; dynos not known.')
    migrate.kill('SIGKILL')
    await migrate.done
    await scene.database.query(
      // Tests in other databases of this server call their app chart, too.
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'release-phase chart%'`,
    )
    const after = await eventually(async () => {
      const result = await scene.release('status')
      return /^Lock +free$/m.test(result.stdout) ? result.stdout : undefined
    }, 'a free lock')
    expect(after).toMatch(/^Runs +.* UTC  chart v9  release\.77  interrupted  0 applied/m)
  })

  it('shows why a run failed, in one line', async () => {
    const scene = await createScene({ 'migrations/1_bad.sql': 'SELECT 1 / 0;' })
    await scene.release('migrate')
    const { stdout } = await scene.release('status')
    expect(stdout).toMatch(/failed  0 applied  .*migrations\/1_bad\.sql:1 failed: division by zero/)
  })

  it('shows drift, and what migrate would refuse', async () => {
    const scene = await migrated(two)
    await scene.write('migrations/1_users.sql', 'CREATE TABLE users (id bigserial PRIMARY KEY);')
    await scene.rename('migrations/2_email.sql', 'migrations/3_mail.sql')
    const { exitCode, stdout } = await scene.release('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Drift +warning: 1_users was changed after it was applied/m)
    expect(stdout).toMatch(/^ +refused: 2_email, applied on .*, is now called 3_mail/m)
    expect(lastLine(stdout)).toBe('chart: 2 applied, 1 pending, 1 refused; dynos not known.')
  })

  it('tells that the database is ahead of an older release', async () => {
    const scene = await migrated(two)
    await scene.remove('migrations/2_email.sql')
    const { stdout } = await scene.release('status')
    expect(stdout).toMatch(/^Ahead +of this code by 2_email$/m)
  })

  it('shows the rest where the migrations folder is missing', async () => {
    const scene = await migrated()
    await scene.remove('migrations')
    const { exitCode, stdout } = await scene.release('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Problem +The migrations folder .* does not exist\. Run the command in the root/m)
    expect(stdout).toMatch(/^Applied +1 in public\.pgmigrations/m)
    expect(lastLine(stdout)).toBe('chart: 1 applied, pending not known; dynos not known.')
  })

  it('still knows what is pending where one file cannot be read', async () => {
    const scene = await migrated()
    await symlink('nowhere', join(scene.folder, 'migrations/2_gone.sql'))
    const { exitCode, stdout } = await scene.release('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Problem +.*2_gone\.sql cannot be read/m)
    expect(stdout).toMatch(/^Pending +1\n +2_gone$/m)
  })

  it('shows what it may see to a role that may not read the ledger', async () => {
    const scene = await migrated()
    const reader = { name: `reader_${scene.database.name}`, password: 'reader-word' }
    await onServer(`CREATE ROLE ${reader.name} LOGIN PASSWORD '${reader.password}'`)
    try {
      const url = databaseUrl(scene.database.name, reader)
      const { exitCode, stdout } = await scene.release('status', { DATABASE_URL: url })
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(
        /^Owner +The database refuses to show it: permission denied .* Ask with the cred/m,
      )
      expect(stdout).toMatch(/^Lock +free$/m)
    } finally {
      await onServer(`DROP ROLE ${reader.name}`)
    }
  })
})
