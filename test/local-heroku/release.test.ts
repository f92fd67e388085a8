import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import { call, eventually, makeSlug, startHeroku, webSlug } from './support.js'

const pending = (app: LocalApp) => app.releases().filter(({ status }) => status === 'pending')

describe('a release phase', () => {
  it('runs for a change of config vars, with the new values', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { COLOUR: 'red' } })
    await app.push(await webSlug('one', 'release: echo $COLOUR $SIZE'))
    expect(app.releaseOutput(3)).toEqual(['red'])
    const body = { COLOUR: 'blue', SIZE: 'xl' }
    const reply = await call(heroku, 'PATCH', `/apps/${app.name}/config-vars`, { body })
    expect(reply).toMatchObject({ status: 200, body: { COLOUR: 'red' } })
    expect(reply.headers.get('warning-message')).toMatch(/not be available until the command succeeds/)
    const release = await eventually(
      () => app.releases().find(({ status, version }) => version === 4 && status !== 'pending'),
      'v4',
    )
    expect(release).toMatchObject({ status: 'succeeded', description: 'Set COLOUR, SIZE config vars' })
    expect(app.releaseOutput(4)).toEqual(['blue xl'])
    await app.waitForDynos()
    expect(await (await fetch(`${app.routerUrl}/env`)).json()).toMatchObject(body)
    await app.setConfigVars({ SIZE: null })
    expect((await call(heroku, 'GET', `/apps/${app.name}/config-vars`)).body).toEqual({ COLOUR: 'blue' })
    expect(app.releases().at(-1)?.description).toBe('Remove SIZE config vars')
  })

  it('does not run when the config vars stay as they are', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { COLOUR: 'red' } })
    expect(await app.setConfigVars({ COLOUR: 'red', NONE: null })).toBeUndefined()
    expect(app.releases()).toHaveLength(2)
  })

  it('that fails for a config var leaves the app and its dynos with the old value', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ configVars: { FAIL: '0' } })
    await app.push(await webSlug('one', 'release: exit $FAIL'))
    await app.waitForDynos()
    expect(await app.setConfigVars({ FAIL: '1' })).toMatchObject({ status: 'failed', current: false })
    expect(await (await fetch(`${app.routerUrl}/env`)).json()).toMatchObject({ FAIL: '0' })
    expect(app.configVars()).toEqual({ FAIL: '0' })
    expect(await app.setConfigVars({ OTHER: 'x' })).toMatchObject({ status: 'succeeded' })
    expect(app.configVars()).toEqual({ FAIL: '0', OTHER: 'x' })
  })

  it('runs the OLD command for a rollback, in a new version', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'release: echo release of one'))
    await app.push(await webSlug('two', 'release: echo release of two'))
    const [, , third] = app.releases()
    const reply = await call(heroku, 'POST', `/apps/${app.name}/releases`, { body: { release: third?.id } })
    expect(reply).toMatchObject({
      status: 201,
      body: { version: 5, status: 'pending', description: 'Rollback to v3' },
    })
    await eventually(() => app.releases().at(-1)?.current, 'v5 is current')
    expect(app.releaseOutput(5)).toEqual(['release of one'])
    expect(app.releases().at(-1)?.slug).toEqual(third?.slug)
    await app.waitForDynos()
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
  })

  it('cannot be had for a release that failed or has no code', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'release: exit 1'))
    expect(app.releases().map((release) => release.eligible_for_rollback)).toEqual([false, false, false])
    const [first] = app.releases()
    const reply = await call(heroku, 'POST', `/apps/${app.name}/releases`, { body: { release: first?.id } })
    expect(reply).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
    await expect(app.rollback(3)).rejects.toThrow('Cannot roll back to v3')
  })

  it("runs for a slug released through the API, and for a promotion with the other app's config vars", async () => {
    const heroku = await startHeroku()
    const staging = await heroku.createApp({ name: 'staging', configVars: { STAGE: 'staging' } })
    const production = await heroku.createApp({ name: 'production', configVars: { STAGE: 'production' } })
    await staging.push(await webSlug('one', 'release: echo for $STAGE'), { commit: 'c0ffee00'.repeat(5) })
    const promoted = await staging.promoteTo(production)
    expect(promoted).toMatchObject({ status: 'succeeded', description: 'Promote staging v3 c0ffee00' })
    expect(production.releaseOutput(3)).toEqual(['for production'])
    const slug = staging.releases().at(-1)?.slug?.id
    const path = '/apps/production/releases'
    expect((await call(heroku, 'POST', path, { body: { slug } })).status).toBe(201)
    await eventually(() => production.releases().at(-1)?.status === 'succeeded', 'v4 succeeded')
    const shown = await call(heroku, 'GET', `/apps/staging/slugs/${slug}`)
    expect(shown.body).toMatchObject({
      commit: 'c0ffee00'.repeat(5),
      process_types: { web: 'node server.js' },
    })
  })

  it('shows its dyno in the list and its output as a stream while it runs', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const folder = await makeSlug({
      Procfile: 'release: echo first; while [ ! -e go ]; do sleep 0.05; done; echo last',
    })
    const pushed = app.push(folder)
    await eventually(() => app.releaseOutput(3).length === 1, 'the first line')
    const [dyno] = app.dynos()
    expect(dyno).toMatchObject({ type: 'release', state: 'up', release: { version: 3 } })
    expect(dyno?.name).toMatch(/^release\.\d{4}$/)
    const stream = await fetch(app.releases()[2]?.output_stream_url ?? '')
    await makeGo(folder)
    expect(await stream.text()).toBe('first\nlast\n')
    expect(await pushed).toMatchObject({ status: 'succeeded' })
    expect(app.dynos()).toEqual([])
    expect(app.releases()[0]?.output_stream_url).toBeNull()
  })

  it('is ended at its time limit, even when it traps SIGTERM and ends well', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ timing: { releaseTimeoutMs: 1000 } })
    const polite = await makeSlug({ Procfile: `release: trap 'exit 0' TERM; while :; do sleep 0.05; done` })
    expect(await app.push(polite)).toMatchObject({ status: 'failed' })
    expect(app.logs().map(({ text }) => text)).toContain('Process exited with status 0')
    const stubborn = await makeSlug({ Procfile: `release: trap '' TERM; while :; do sleep 1; done` })
    const other = await heroku.createApp({ timing: { releaseTimeoutMs: 200, releaseGraceMs: 100 } })
    expect(await other.push(stubborn)).toMatchObject({ status: 'failed' })
    expect(other.logs().map(({ text }) => text)).toContain('Process exited with status 137')
  })

  it('fails when somebody stops its dyno', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const pushed = app.push(await makeSlug({ Procfile: 'release: sleep 600' }))
    const name = await eventually(() => app.dynos().find(({ state }) => state === 'up')?.name, 'it runs')
    await call(heroku, 'POST', `/apps/${app.name}/dynos/${name}/actions/stop`)
    expect(await pushed).toMatchObject({ status: 'failed' })
  })

  it('overlaps with another one, and the newer release stays current however they end', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const slow = await makeSlug({ Procfile: 'release: while [ ! -e go ]; do sleep 0.05; done' })
    const first = app.push(slow)
    const second = await app.push(await makeSlug({ Procfile: 'release: true' }))
    expect(second).toMatchObject({ version: 4, current: true })
    expect(pending(app)).toMatchObject([{ version: 3 }])
    await makeGo(slow)
    expect(await first).toMatchObject({ version: 3, status: 'succeeded', current: false })
    expect(app.releases()[3]?.current).toBe(true)
  })

  it('of one config var loses no other that is being set at the same time', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'release: true'))
    await Promise.all([app.setConfigVars({ A: '1' }), app.setConfigVars({ B: '2' })])
    expect(app.configVars()).toEqual({ A: '1', B: '2' })
  })

  it('waits for the one before where release phases queue', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ releasePhases: 'queue' })
    const slow = await makeSlug({ Procfile: 'release: while [ ! -e go ]; do sleep 0.05; done; echo $DYNO' })
    const ends: number[] = []
    const pushes = [slow, await makeSlug({ Procfile: 'release: true' })].map(async (folder) => {
      ends.push((await app.push(folder)).version)
    })
    await eventually(() => app.dynos().length === 1, 'the first runs')
    expect(pending(app)).toHaveLength(2)
    await makeGo(slow)
    await Promise.all(pushes)
    expect(ends).toEqual([3, 4])
  })

  it('leaves one-off dynos with the old code while it runs', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'worker: true', name: 'old' }))
    const folder = await makeSlug({
      Procfile: 'release: while [ ! -e go ]; do sleep 0.05; done',
      name: 'new',
    })
    const pushed = app.push(folder)
    expect(await app.runOneOff('cat name')).toMatchObject({ status: 0, output: ['old'] })
    await makeGo(folder)
    await pushed
    expect((await app.runOneOff('cat name')).output).toEqual(['new'])
  })
})

describe('one-off and Scheduler dynos', () => {
  it('outlive a release and go on with the old code', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: 'worker: true', name: 'old' }))
    const folder = await makeSlug({ Procfile: 'worker: true', name: 'new' })
    const running = app.runOneOff(`while [ ! -e ${folder}/go ]; do sleep 0.05; done; cat name`, {
      type: 'scheduler',
    })
    await app.push(folder)
    await app.setConfigVars({ A: '1' })
    const [dyno] = app.dynos()
    expect(dyno).toMatchObject({ type: 'scheduler', release: { version: 3 } })
    expect(dyno?.name).toMatch(/^scheduler\.\d{4}$/)
    await makeGo(folder)
    expect(await running).toMatchObject({ status: 0, output: ['old'] })
  })
})

const makeGo = async (folder: string) => await writeFile(join(folder, 'go'), '')
