import { describe, expect, it } from 'vitest'
import { createPlatform } from '../../../src/heroku/client.js'
import { readRelease } from '../../../src/heroku/releases.js'
import { requestRollback } from '../../../src/heroku/rollback/request.js'
import type { Fault } from '../../../src/local-heroku/faults.js'
import type { LocalHeroku } from '../../../src/local-heroku/start.js'
import { startHeroku } from '../../local-heroku/support.js'
import { requestsOf, simulatedApp } from '../restart-support.js'

const posts = { method: 'POST', path: /\/releases$/ }

async function appWithTwoReleases(heroku: LocalHeroku) {
  const app = await simulatedApp(heroku, { web: 1 })
  await app.setConfigVars({ VALUE: '1' })
  return app
}

/** Rolls back to v3 of an app whose newest release is v4. */
async function rollBack(heroku: LocalHeroku, appName: string) {
  const platform = createPlatform({
    token: heroku.token,
    apiUrl: heroku.url,
    timeoutMs: 500,
    firstPauseMs: 1,
  })
  const silences: string[] = []
  const target = await readRelease(platform, appName, 'v3')
  const made = await requestRollback(platform, {
    app: appName,
    target,
    newestVersion: 4,
    signal: new AbortController().signal,
    onSilence: (reason) => silences.push(reason),
    appearWithinMs: 1500,
  })
  return { made, silences }
}

describe('a request to roll back', () => {
  it('makes one release', async () => {
    const heroku = await startHeroku()
    const app = await appWithTwoReleases(heroku)
    const { made, silences } = await rollBack(heroku, app.name)
    expect(made).toMatchObject({ version: 5, description: 'Rollback to v3' })
    expect(silences).toEqual([])
    expect(app.releases()).toHaveLength(5)
  })

  it.each<Fault>([
    { kind: 'reset', carriedOut: true },
    { kind: 'hang', carriedOut: true },
    { kind: 'cut-body' },
    { kind: 'garbage', carriedOut: true },
    { kind: 'status', status: 500, carriedOut: true },
    { kind: 'status', status: 503, carriedOut: true },
  ])('whose answer is lost is found in the list, and not sent again: $kind', async (fault) => {
    const heroku = await startHeroku()
    const app = await appWithTwoReleases(heroku)
    heroku.faults.add({ ...fault, match: posts })
    const { made, silences } = await rollBack(heroku, app.name)
    expect(made).toMatchObject({ version: 5, description: 'Rollback to v3' })
    expect(silences).toHaveLength(1)
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
    expect(app.releases()).toHaveLength(5)
  })

  it.each<Fault>([
    { kind: 'reset', carriedOut: false },
    { kind: 'hang', carriedOut: false },
    { kind: 'status', status: 503, carriedOut: false },
  ])('that was not carried out is not sent again either: $kind', async (fault) => {
    const heroku = await startHeroku()
    const app = await appWithTwoReleases(heroku)
    heroku.faults.add({ ...fault, match: posts })
    await expect(rollBack(heroku, app.name)).rejects.toMatchObject({
      code: 'rollback-unconfirmed',
      exitCode: 69,
    })
    expect(requestsOf(heroku, 'POST')).toHaveLength(1)
    expect(app.releases()).toHaveLength(4)
  })

  it('does not take an earlier rollback to the same release for its own', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.rollback(3)
    heroku.faults.add({ kind: 'reset', match: posts })
    await expect(rollBack(heroku, app.name)).rejects.toMatchObject({ code: 'rollback-unconfirmed' })
  })

  it.each([
    [422, 'request-refused', 'The release is too old.'],
    [429, 'rate-limited', 'Slow down.'],
    [403, 'token-lacks-scope', 'Forbidden.'],
  ])(
    'that Heroku refuses with %i ends with its reason, and looks for nothing',
    async (status, code, message) => {
      const heroku = await startHeroku()
      const app = await appWithTwoReleases(heroku)
      heroku.faults.add({ kind: 'status', status, message, match: posts })
      await expect(rollBack(heroku, app.name)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      })
      expect(requestsOf(heroku, 'POST')).toHaveLength(1)
    },
  )
})
