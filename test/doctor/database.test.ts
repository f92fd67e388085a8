import { describe, expect, it } from 'vitest'
import { checkVersion } from '../../src/doctor/server.js'
import { startEmbeddedPostgres } from '../support/embedded.js'
import { startProxy } from '../support/fake-server.js'
import { databaseUrl, onServer } from '../support/postgres.js'
import { appRole, createScene } from '../support/scene.js'
import { app, examine } from './support.js'

describe('release doctor on the database', () => {
  it('says where to ask when there is no URL, and skips what needs one', async () => {
    const scene = await createScene(app)
    const { exitCode, find, checks } = await examine(scene, { DATABASE_URL: '' }, ' --app chart')
    expect(exitCode).toBe(2)
    expect(find('database URL')).toMatchObject({
      verdict: 'fail',
      mend: 'Ask in a dyno, which has it: heroku run release doctor --app chart',
    })
    expect(find('release lock')).toMatchObject({ verdict: 'skip', message: 'there is no database URL' })
    expect(checks.filter(({ verdict }) => verdict === 'skip').length).toBeGreaterThan(10)
    const text = await scene.release('doctor', { DATABASE_URL: '' })
    expect(text.stdout).toMatch(/^skip  13 checks +there is no database URL: connection, no pooler, .*lock$/m)
  })

  it('fails on a URL of something else', async () => {
    const found = await examine(await createScene(app), { DATABASE_URL: 'mysql://root:a-word@db/app' })
    expect(found.find('database URL')).toMatchObject({ verdict: 'fail' })
  })

  it('fails where nobody answers, and skips the rest', async () => {
    const env = { DATABASE_URL: 'postgres://app:a-word@127.0.0.1:1/app', RELEASE_CONNECT_WAIT: '1ms' }
    const { exitCode, find } = await examine(await createScene(app), env)
    expect(exitCode).toBe(2)
    expect(find('connection')).toMatchObject({ verdict: 'fail' })
    expect(find('owner')).toMatchObject({ verdict: 'skip', message: 'there is no connection' })
  })

  it('fails on a pooler, and asks nothing more of a session that others share', async () => {
    const scene = await createScene(app)
    const { hostname, port } = new URL(scene.url)
    const url = new URL(scene.url)
    url.port = String(await startProxy({ host: hostname, port: Number(port) }, { ownKeys: true }))
    const { exitCode, find } = await examine(scene, { DATABASE_URL: url.href })
    expect(exitCode).toBe(2)
    expect(find('connection')).toMatchObject({ verdict: 'pass' })
    expect(find('no pooler')).toMatchObject({ verdict: 'fail' })
    expect(find('no pooler').mend).toContain('Set RELEASE_DATABASE_URL to the direct URL')
    expect(find('no follower')).toMatchObject({ verdict: 'skip', message: 'this is a pooler' })
  })

  it('fails on a follower', async () => {
    const follower = await startEmbeddedPostgres({ standby: true })
    try {
      const { find } = await examine(await createScene(app), { DATABASE_URL: follower.url })
      expect(find('no pooler')).toMatchObject({ verdict: 'pass' })
      expect(find('no follower')).toMatchObject({ verdict: 'fail' })
      expect(find('rights')).toMatchObject({ verdict: 'skip', message: 'this is a follower' })
    } finally {
      await follower.stop()
    }
  })

  it('fails where the role may make no schema, naming the grant', async () => {
    const scene = await createScene(app)
    const guest = { name: `guest_${scene.database.name}`, password: 'guest-word' }
    await onServer(`CREATE ROLE ${guest.name} LOGIN PASSWORD '${guest.password}'`)
    try {
      const { find } = await examine(scene, { DATABASE_URL: databaseUrl(scene.database.name, guest) })
      expect(find('rights')).toMatchObject({
        verdict: 'fail',
        mend: `As the database's owner: GRANT CREATE ON DATABASE "${scene.database.name}" TO "${guest.name}"`,
      })
      await scene.release('migrate')
      const later = await examine(scene, { DATABASE_URL: databaseUrl(scene.database.name, guest) })
      expect(later.find('rights').message).toBe(
        `${guest.name} may not write the ledger, which another role made`,
      )
    } finally {
      await onServer(`DROP ROLE ${guest.name}`)
    }
  })

  it('fails where every transaction is read-only', async () => {
    const scene = await createScene(app)
    await scene.database.query(`ALTER DATABASE ${scene.database.name} SET default_transaction_read_only = on`)
    expect((await examine(scene)).find('writable')).toMatchObject({ verdict: 'fail' })
  })

  it('names time limits of the role, from which migrations are exempt', async () => {
    const scene = await createScene(app)
    await scene.database.query(`ALTER DATABASE ${scene.database.name} SET statement_timeout = '30s'`)
    expect((await examine(scene)).find('time limits')).toMatchObject({
      verdict: 'pass',
      message: 'statement_timeout 30 s: the app’s; migrations are exempt',
    })
  })

  it('warns where this connection was the last that the database allows', async () => {
    const scene = await createScene(app)
    await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT 3`)
    const roomy = (await examine(scene)).find('connections left')
    // A session that has just ended may still be counted.
    expect(roomy).toMatchObject({ verdict: 'pass', message: expect.stringMatching(/^[12] of 3$/) as string })
    await scene.database.query(`ALTER DATABASE ${scene.database.name} CONNECTION LIMIT 1`)
    const tight = (await examine(scene)).find('connections left')
    expect(tight).toMatchObject({ verdict: 'warn' })
    expect(tight.message).toContain('0 of 1')
  })

  it('warns while somebody holds the release lock', async () => {
    const scene = await createScene(app)
    const client = await scene.database.connect()
    await client.query('SELECT pg_advisory_lock(7241865325823964)')
    const found = (await examine(scene)).find('release lock')
    expect(found).toMatchObject({ verdict: 'warn' })
    expect(found.message).toContain('held by "test"')
  })

  it('fails where the history stands in another schema', async () => {
    const scene = await createScene(app)
    await scene.database.query(
      `CREATE SCHEMA elsewhere AUTHORIZATION ${appRole.name};
       CREATE TABLE elsewhere.pgmigrations (id serial, name text, run_on timestamp);
       ALTER TABLE elsewhere.pgmigrations OWNER TO ${appRole.name};
       INSERT INTO elsewhere.pgmigrations (name, run_on) VALUES ('1_users', now())`,
    )
    const { find } = await examine(scene)
    expect(find('history')).toMatchObject({ verdict: 'fail' })
    expect(find('history').mend).toContain('Set migrations-schema to elsewhere')
  })

  it('fails where the database is another app’s', async () => {
    const scene = await createScene(app)
    await scene.release('migrate --app till')
    const found = (await examine(scene, {}, ' --app chart')).find('owner')
    expect(found).toMatchObject({ verdict: 'fail' })
    expect(found.message).toContain('belongs to the app till')
    expect((await examine(scene, {}, ' --app till')).find('owner')).toMatchObject({ verdict: 'pass' })
  })

  it('warns in a review app that migrate leaves such a database alone', async () => {
    const scene = await createScene(app)
    await scene.release('migrate --app till')
    const env = { HEROKU_PR_NUMBER: '7', HEROKU_APP_NAME: 'till-pr-7' }
    expect((await examine(scene, env)).find('owner')).toMatchObject({ verdict: 'warn' })
  })

  it.each([
    [120_022, 'warn', 'PostgreSQL 12 is out of support'],
    [130_000, 'pass', 'PostgreSQL 13'],
    [180_004, 'pass', 'PostgreSQL 18'],
    [190_000, 'warn', 'PostgreSQL 19 is newer'],
  ])('says of server version %i: %s', (version, verdict, text) => {
    const check = checkVersion(version)
    expect(check.verdict).toBe(verdict)
    expect(check.message).toContain(text)
  })
})
