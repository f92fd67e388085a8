import { describe, expect, it } from 'vitest'
import { simulatedApp } from '../heroku/restart-support.js'
import { call, startHeroku } from '../local-heroku/support.js'
import { createScene } from '../support/scene.js'
import { app, examine, herokuFor } from './support.js'

describe('release doctor on Heroku', () => {
  it('fails on a token that is refused, and skips what needs one', async () => {
    const heroku = await startHeroku()
    const env = { ...herokuFor(heroku), HEROKU_API_KEY: heroku.createToken('global', { expired: true }) }
    const { exitCode, find } = await examine(await createScene(app), env, ' --app chart')
    expect(exitCode).toBe(2)
    expect(find('token')).toMatchObject({ verdict: 'fail' })
    expect(find('app')).toMatchObject({ verdict: 'skip' })
  })

  it('fails on an app that is not there', async () => {
    const heroku = await startHeroku()
    const { find } = await examine(await createScene(app), herokuFor(heroku), ' --app nobody')
    expect(find('token')).toMatchObject({ verdict: 'pass' })
    expect(find('app')).toMatchObject({ verdict: 'fail' })
    expect(find('pipeline')).toMatchObject({ verdict: 'skip' })
  })

  it('warns of a quota that is nearly used up', async () => {
    const heroku = await startHeroku()
    heroku.quota.set(20)
    const { find } = await examine(await createScene(app), herokuFor(heroku), ' --app nobody')
    expect(find('token')).toMatchObject({ verdict: 'warn' })
  })

  it('tells a review app by its pipeline', async () => {
    const heroku = await startHeroku()
    const chart = await simulatedApp(heroku, { web: 1 })
    const scene = await createScene(app)
    const alone = await examine(scene, herokuFor(heroku), ` --app ${chart.name}`)
    expect(alone.find('pipeline')).toMatchObject({ message: 'in none, so this is no review app' })
    heroku.createPipeline().add(chart, 'review')
    const coupled = await examine(scene, herokuFor(heroku), ` --app ${chart.name}`)
    expect(coupled.find('pipeline')).toMatchObject({ message: 'this is a review app' })
  })

  it('knows whether a release phase knows its app: runtime-dyno-metadata', async () => {
    const heroku = await startHeroku()
    const chart = await simulatedApp(heroku, { web: 1 })
    const scene = await createScene(app)
    const look = async () => (await examine(scene, herokuFor(heroku), ` --app ${chart.name}`)).find
    const name = 'app name in dynos'
    expect((await look())(name)).toMatchObject({ verdict: 'warn' })
    const path = `/apps/${chart.name}/features/runtime-dyno-metadata`
    await call(heroku, 'PATCH', path, { body: { enabled: true } })
    expect((await look())(name)).toMatchObject({ verdict: 'pass', message: 'runtime-dyno-metadata is on' })
  })

  it('warns in a dyno that does not know its app, with or without a token', async () => {
    const scene = await createScene(app)
    const nameless = await examine(scene, { DYNO: 'run.4711' })
    expect(nameless.find('app name in dynos')).toMatchObject({ verdict: 'warn' })
    const named = await examine(scene, { DYNO: 'run.4711', HEROKU_APP_NAME: 'chart' })
    expect(named.find('app name in dynos')).toMatchObject({ verdict: 'pass' })
  })
})
