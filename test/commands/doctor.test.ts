import { describe, expect, it, test } from 'vitest'
import { app, examine, herokuFor } from '../doctor/support.js'
import { simulatedApp } from '../heroku/restart-support.js'
import { startHeroku } from '../local-heroku/support.js'
import type { RunResult } from '../support/run-release.js'
import { createScene } from '../support/scene.js'

const lines = ({ stdout }: RunResult) => stdout.trimEnd().split('\n')

describe('release doctor', () => {
  it('finds nothing to mend in an app that is set up right', async () => {
    const heroku = await startHeroku()
    const chart = await simulatedApp(heroku, { web: 1 })
    const scene = await createScene({ ...app, 'release-phase.config.json': `{ "app": "${chart.name}" }` })
    const before = heroku.requests.length
    const result = await scene.release('doctor', herokuFor(heroku))
    expect(lines(result).filter((line) => !line.startsWith('pass'))).toEqual(['', '28 pass, 0 warn, 0 fail.'])
    expect(result.exitCode).toBe(0)
    expect(new Set(heroku.requests.slice(before).map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  it('changes nothing in the database', async () => {
    const scene = await createScene(app)
    await scene.release('doctor')
    const left = await scene.database.query(
      `SELECT nspname FROM pg_namespace WHERE nspname = 'release_phase'
       UNION ALL SELECT relname FROM pg_class WHERE relname = 'pgmigrations'`,
    )
    expect(left).toEqual([])
  })

  it('exits 0 with warnings and 2 with a failure, and puts the summary last', async () => {
    const scene = await createScene(app)
    const warned = await scene.release('doctor')
    expect(warned.exitCode).toBe(0)
    expect(lines(warned).at(-1)).toMatch(/^\d+ pass, 1 warn, 0 fail, 3 skip\.$/)
    expect(warned.stdout).toMatch(
      /^warn  token +there is no HEROKU_API_KEY.*\n +-> heroku authorizations:create/m,
    )
    await scene.remove('Procfile')
    const failed = await scene.release('doctor')
    expect(failed.exitCode).toBe(2)
    expect(failed.stdout).toMatch(
      /^fail  Procfile +there is none in .*\n +-> Make one with this line: release: rel/m,
    )
  })

  it('leaves a wrong configuration to exit 78', async () => {
    const scene = await createScene({ ...app, 'release-phase.config.json': '{ "lock-wait": "soon" }' })
    expect((await scene.release('doctor')).exitCode).toBe(78)
  })

  it('says that migrations are switched off', async () => {
    const found = await examine(await createScene(app), { RELEASE_SKIP_MIGRATIONS: 'true' })
    expect(found.find('migrations on')).toMatchObject({ verdict: 'warn' })
  })
})

test('settings that release migrate would refuse fail', async () => {
  const wrong = { RELEASE_WEBHOOK_URL: 'https://ops.example.com', RELEASE_MAINTENANCE: 'always' }
  const found = await examine(await createScene(app), wrong)
  expect(found.find('webhook')).toMatchObject({
    verdict: 'fail',
    message: expect.stringContaining('refuses to run') as string,
  })
  expect(found.find('maintenance')).toMatchObject({
    verdict: 'fail',
    message: expect.stringContaining('without HEROKU_API_KEY') as string,
  })
  const right = { ...wrong, RELEASE_WEBHOOK_SECRET: `whsec_${'a'.repeat(40)}`, RELEASE_MAINTENANCE: 'auto' }
  const checks = (await examine(await createScene(app), right)).checks.map(({ name }) => name)
  expect(checks).not.toContain('webhook')
  expect(checks).not.toContain('maintenance')
})
