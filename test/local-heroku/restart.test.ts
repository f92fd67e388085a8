import { describe, expect, it } from 'vitest'
import { call, eventually, isAlive, makeSlug, startHeroku, webServer, webSlug } from './support.js'

const worker = 'worker: echo pid $$; exec sleep 600'

describe('a restart', () => {
  it('lists a new dyno of the same name as starting, at once', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const files = { Procfile: 'web: sleep 1 && exec node server.js', 'server.js': webServer('one') }
    await app.push(await makeSlug(files))
    await app.waitForDynos()
    const [before] = app.dynos()
    const reply = await call(heroku, 'DELETE', `/apps/${app.name}/dynos/web.1`)
    expect(reply).toMatchObject({ status: 202, body: {} })
    const [after] = app.dynos()
    expect(after).toMatchObject({ name: 'web.1', state: 'starting', release: { version: 3 } })
    expect(after?.id).not.toBe(before?.id)
    await app.waitForDynos()
    expect(await (await fetch(app.routerUrl)).text()).toBe('one')
  })

  it('of a type touches no other type, no one-off dyno and no release dyno', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', worker))
    app.scale('worker', 2)
    await app.waitForDynos()
    const oneOff = await call(heroku, 'POST', `/apps/${app.name}/dynos`, { body: { command: 'sleep 600' } })
    expect(oneOff).toMatchObject({ status: 201, body: { type: 'run', release: { version: 3 } } })
    const ids = () => new Map(app.dynos().map(({ name, id }) => [name, id]))
    const before = ids()
    expect((await call(heroku, 'DELETE', `/apps/${app.name}/formations/worker`)).status).toBe(202)
    const after = ids()
    expect([...after.keys()]).toEqual([...before.keys()])
    const changed = [...after].filter(([name, id]) => before.get(name) !== id).map(([name]) => name)
    expect(changed).toEqual(['worker.1', 'worker.2'])
    const missing = await call(heroku, 'DELETE', `/apps/${app.name}/formations/clock`)
    expect(missing).toMatchObject({ status: 404, body: { id: 'not_found' } })
  })

  it('ends the old process: SIGTERM first, SIGKILL when it will not go', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const stubborn = `process.on('SIGTERM', () => console.log('no')); setInterval(() => undefined, 1000); console.log('pid ' + process.pid)`
    await app.push(await makeSlug({ Procfile: 'worker: node stubborn.js', 'stubborn.js': stubborn }))
    app.scale('worker', 1)
    const pid = Number(await logged(app, /^pid (\d+)$/))
    await call(heroku, 'DELETE', `/apps/${app.name}/dynos/worker.1`)
    await eventually(() => !isAlive(pid), 'the old process is gone')
    const told = app.logs().map(({ text }) => text.replace(/ within .*/, ''))
    const wanted = [
      'Stopping all processes with SIGTERM',
      'no',
      'Error R12 (Exit timeout) -> At least one process failed to exit',
      'Stopping remaining processes with SIGKILL',
    ]
    expect(told.filter((text) => wanted.includes(text))).toEqual(wanted)
    await logged(app, /^Process exited with status 137$/)
  })

  it('of a one-off dyno by its name stops it', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    const running = app.runOneOff('sleep 600')
    const name = app.dynos().find((dyno) => dyno.type === 'run')?.name ?? ''
    expect(name).toMatch(/^run\.\d{4}$/)
    await eventually(() => app.logs({ dyno: name }).some(({ text }) => text.endsWith('to up')), 'it runs')
    expect((await call(heroku, 'DELETE', `/apps/${app.name}/dynos/${name}`)).status).toBe(202)
    expect(await running).toMatchObject({ status: 143, name })
    expect(app.dynos().map((dyno) => dyno.type)).toEqual(['web'])
  })

  it('on Fir gives the new dyno a new name', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ generation: 'fir' })
    await app.push(await webSlug('one'))
    await app.waitForDynos()
    const [before] = app.dynos()
    expect(before?.name).toMatch(/^web-[0-9a-f]{9}-[0-9a-f]{5}$/)
    await call(heroku, 'DELETE', `/apps/${app.name}/dynos/${before?.name}`)
    await app.waitForDynos()
    const [after] = app.dynos()
    expect(after?.name).toMatch(/^web-/)
    expect(after?.name).not.toBe(before?.name)
  })

  it('of all dynos leaves one-off dynos alone', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    void app.runOneOff('sleep 600')
    const before = app.dynos()
    await call(heroku, 'DELETE', `/apps/${app.name}/dynos`)
    const after = app.dynos()
    expect(after[0]?.id).not.toBe(before[0]?.id)
    expect(after[1]?.id).toBe(before[1]?.id)
  })
})

describe('scaling', () => {
  it('starts and stops dynos, and a new size restarts the type', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', worker))
    const scale = async (updates: unknown[]) =>
      (await call(heroku, 'PATCH', `/apps/${app.name}/formation`, { body: { updates } })).body
    const names = () => app.dynos().map(({ name }) => name)
    expect(
      await scale([
        { type: 'worker', quantity: 2 },
        { type: 'web', quantity: 2 },
      ]),
    ).toMatchObject([
      { type: 'worker', quantity: 2 },
      { type: 'web', quantity: 2 },
    ])
    expect(names()).toEqual(['web.1', 'web.2', 'worker.1', 'worker.2'])
    await app.waitForDynos()
    const [first] = app.dynos()
    await scale([{ type: 'worker', quantity: 1 }])
    expect(names()).toEqual(['web.1', 'web.2', 'worker.1'])
    expect(app.dynos()[0]?.id).toBe(first?.id)
    await scale([{ type: 'web', dyno_size: { name: 'Performance-M' } }])
    expect(app.dynos()[0]).toMatchObject({ size: 'Performance-M' })
    expect(app.dynos()[0]?.id).not.toBe(first?.id)
    const formation = await call(heroku, 'GET', `/apps/${app.name}/formation`)
    expect(formation.body).toHaveLength(2)
    await scale([{ type: 'worker', quantity: 0 }])
    await eventually(() => app.hiddenDynos().length === 0, 'those scaled away are gone')
    expect(names()).toEqual(['web.1', 'web.2'])
  })
})

async function logged(
  app: { logs(): readonly { text: string }[] },
  pattern: RegExp,
): Promise<string | undefined> {
  const match = await eventually(
    () =>
      app
        .logs()
        .map(({ text }) => pattern.exec(text))
        .find((found) => found !== null),
    String(pattern),
  )
  return match?.[1]
}
