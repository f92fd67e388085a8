import { beforeAll, expect, it } from 'vitest'
import { onServer, databaseUrl } from '../support/postgres.js'
import { appRole, createScene, type Scene } from '../support/scene.js'

// Everything that breaks a naive search: quotes and backslashes for JSON, and what a URL must encode.
const role = { name: `${appRole.name}_odd`, password: String.raw`p"w\d '%:/@ ü` }
const token = 'HRKU-AAfake-token-0123456789abcdefghijklmnopqrstuvwxyz'

let scene: Scene

beforeAll(async () => {
  scene = await createScene({})
})

it('a secret that one of our processes prints fails its test', async () => {
  await scene.write('leak.cjs', 'console.error(process.env.HEROKU_API_KEY)')
  const leaking = scene.release('', { HEROKU_API_KEY: token }, { script: `${scene.folder}/leak.cjs` })
  await expect(leaking).rejects.toThrow('printed a secret')
})

it.each(['pretty', 'json'])(
  'the password and the token are in no output, though errors hold them, RELEASE_LOG=%s',
  async (log) => {
    await onServer(
      `CREATE ROLE ${role.name} LOGIN SUPERUSER PASSWORD '${role.password.replaceAll("'", "''")}'`,
    )
    const env = {
      DATABASE_URL: databaseUrl(scene.database.name, role),
      HEROKU_API_KEY: token,
      RELEASE_RESTART: 'never',
      RELEASE_LOG: log,
    }
    await scene.write(
      'migrations/1_tells.js',
      `exports.up = async (pgm) => {
  const { DATABASE_URL, HEROKU_API_KEY } = process.env
  const text = [DATABASE_URL, decodeURIComponent(new URL(DATABASE_URL).password), HEROKU_API_KEY].join(' and ')
  await pgm.db.query('DO $x$ BEGIN RAISE EXCEPTION USING MESSAGE = $y$' + text + '$y$, DETAIL = $y$' + text + '$y$; END $x$')
}`,
    )
    for (const words of [
      'migrate',
      'migrate --json',
      'plan',
      'plan --json',
      'status --json',
      'unlock --json',
    ]) {
      const result = await scene.release(words, env)
      const all = `${result.stdout}${result.stderr}`
      for (const secret of [
        role.password,
        JSON.stringify(role.password).slice(1, -1),
        encodeURIComponent(role.password),
        token,
      ]) {
        expect(all).not.toContain(secret)
      }
    }
    const failed = await scene.release('migrate', env)
    expect(failed.stderr).toContain('[redacted] and [redacted]')
    const kept = await scene.database.query(
      'SELECT error FROM release_phase.runs UNION ALL SELECT error FROM release_phase.steps',
    )
    expect(JSON.stringify(kept)).toContain('[redacted]')
    expect(kept.filter(({ error }) => String(error).includes(role.password))).toEqual([])
    expect(kept.filter(({ error }) => String(error).includes(token))).toEqual([])
    await onServer(`REASSIGN OWNED BY ${role.name} TO CURRENT_USER`)
    await scene.database.query(`REASSIGN OWNED BY ${role.name} TO CURRENT_USER`)
    await onServer(`DROP ROLE ${role.name}`)
  },
)
