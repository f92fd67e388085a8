import { describe, expect, it } from 'vitest'
import { apiPath } from '../../src/heroku/api-path.js'
import { hasPreboot, readApp, setMaintenance } from '../../src/heroku/apps.js'
import { createPlatform } from '../../src/heroku/client.js'
import { listDynos, restartDyno } from '../../src/heroku/dynos.js'
import { listFormation } from '../../src/heroku/formation.js'
import { pipelineStage } from '../../src/heroku/pipelines.js'
import { currentRelease, latestReleases, readRelease, rollBackTo } from '../../src/heroku/releases.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { makeSlug, startHeroku } from '../local-heroku/support.js'
import { json, startFaultServer } from './fault-server.js'
import { requestsOf, simulatedApp } from './restart-support.js'

const platformOf = (heroku: LocalHeroku, token = heroku.token) =>
  createPlatform({ token, apiUrl: heroku.url, firstPauseMs: 1 })

describe('what is read from Heroku', () => {
  it('an app: its generation and maintenance mode', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 }, undefined, 'fir')
    const platform = platformOf(heroku)
    expect(await readApp(platform, app.name)).toEqual({
      id: app.id,
      inPrivateSpace: false,
      name: app.name,
      generation: 'fir',
      maintenance: false,
      webUrl: `${app.routerUrl}/`,
    })
    await setMaintenance(platform, app.name, true)
    expect((await readApp(platform, app.id)).maintenance).toBe(true)
    expect(platform.rateLimitRemaining).toBeGreaterThan(0)
  })

  it('dynos and the formation', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1, worker: 2 })
    await app.waitForDynos()
    const platform = platformOf(heroku)
    const dynos = await listDynos(platform, app.name)
    expect(dynos.map(({ name }) => name).toSorted()).toEqual(['web.1', 'worker.1', 'worker.2'])
    expect(dynos[0]).toMatchObject({ state: 'up', releaseVersion: 3 })
    const formation = await listFormation(platform, app.name)
    expect(formation.toSorted((a, b) => a.type.localeCompare(b.type))).toEqual([
      { type: 'web', quantity: 1 },
      { type: 'worker', quantity: 2 },
    ])
  })

  it('every page of the dynos and of the formation, however short Heroku makes them', async () => {
    const dyno = { type: 'web', state: 'up', created_at: '2026-01-01T00:00:00Z', quantity: 1 }
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1)
    const pages = numbers.map((number) =>
      json(
        number === 12 ? 200 : 206,
        [{ ...dyno, id: `id ${number}`, name: `web.${number}` }],
        number === 12 ? {} : { 'Next-Range': `id ]${number}..; max=1` },
      ),
    )
    for (const list of [listDynos, listFormation]) {
      const server = await startFaultServer(pages)
      const platform = createPlatform({ token: 'x', apiUrl: server.url })
      expect(await list(platform, 'chart')).toHaveLength(12)
      await server.close()
    }
  })

  it('preboot', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    expect(await hasPreboot(platformOf(heroku), app.name)).toBe(false)
    app.setPreboot(true)
    expect(await hasPreboot(platformOf(heroku), app.name)).toBe(true)
  })

  it('the newest releases, as many as were asked for, in one request', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    for (const value of ['1', '2', '3']) await app.setConfigVars({ VALUE: value })
    const releases = await latestReleases(platformOf(heroku), app.name, 2)
    expect(releases.map(({ version }) => version)).toEqual([6, 5])
    expect(requestsOf(heroku, 'GET')).toHaveLength(1)
  })

  it('the current release, also behind more failed ones than a page of them', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    const platform = platformOf(heroku)
    expect(await currentRelease(platform, app.name)).toMatchObject({ version: 3, status: 'succeeded' })
    const failing = await makeSlug({ Procfile: 'web: true\nrelease: false' })
    const broken = await heroku.createApp({ name: 'broken' })
    await broken.push(await makeSlug({ Procfile: 'worker: true' }))
    for (let count = 0; count < 11; count += 1) await broken.push(failing)
    expect(await currentRelease(platform, 'broken')).toMatchObject({ version: 3, current: true })
  })

  it('one release by its version, and the roll back to it', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    await app.setConfigVars({ VALUE: '1' })
    const platform = platformOf(heroku)
    const old = await readRelease(platform, app.name, 'v3')
    expect(old.version).toBe(3)
    const back = await rollBackTo(platform, app.name, old.id)
    expect(back).toMatchObject({ version: 5, description: 'Rollback to v3', slugId: old.slugId })
  })

  it('the pipeline stage, or that there is none', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    const platform = platformOf(heroku)
    expect(await pipelineStage(platform, app.name)).toBeUndefined()
    heroku.createPipeline('shop').add(app, 'review')
    expect(await pipelineStage(platform, app.name)).toBe('review')
  })
})

describe('what Heroku refuses', () => {
  it('an unknown app, whatever is asked about it', async () => {
    const platform = platformOf(await startHeroku())
    for (const read of [readApp, listDynos, listFormation, hasPreboot, pipelineStage, currentRelease]) {
      await expect(read(platform, 'nobodys')).rejects.toMatchObject({ code: 'app-unknown', exitCode: 78 })
    }
  })

  it('a dyno that is gone, which is not an unknown app', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    const call = restartDyno(platformOf(heroku), app.name, 'web.9')
    await expect(call).rejects.toMatchObject({ code: 'not-found', exitCode: 1 })
  })

  it('a token that may only read, one that expired and one that is wrong', async () => {
    const heroku = await startHeroku()
    const app = await simulatedApp(heroku, { web: 1 })
    const reader = platformOf(heroku, heroku.createToken('read'))
    expect(await listDynos(reader, app.name)).toHaveLength(1)
    const refused = { code: 'token-refused', exitCode: 78 }
    await expect(restartDyno(reader, app.name, 'web.1')).rejects.toMatchObject({ code: 'token-lacks-scope' })
    const expired = platformOf(heroku, heroku.createToken('global', { expired: true }))
    await expect(readApp(expired, app.name)).rejects.toMatchObject(refused)
    await expect(readApp(platformOf(heroku, 'wrong'), app.name)).rejects.toMatchObject(refused)
  })
})

describe('a path', () => {
  it('is built from encoded segments', () => {
    expect(apiPath`/apps/${'a/b c?d'}/dynos/${'web.1'}`).toBe('/apps/a%2Fb%20c%3Fd/dynos/web.1')
  })

  it.each(['', '.', '..'])('is not built from "%s"', (segment) => {
    expect(() => apiPath`/apps/${segment}/dynos`).toThrow('cannot be the name of an app')
  })
})
