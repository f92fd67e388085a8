import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/local-heroku/log.js'
import { call, startHeroku, webSlug } from './support.js'

describe('the log of an app', () => {
  it('keeps its newest lines, in the form that Heroku prints', () => {
    const log = createLog(2)
    for (const text of ['one', 'two', 'three']) log.write('app', 'web.1', text)
    expect(log.lines().map(({ text }) => text)).toEqual(['two', 'three'])
    expect(log.lines()[0]?.line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{15}\+00:00 app\[web\.1\]: two$/)
  })

  it('can be cut by source, dyno, process type and number of lines', () => {
    const log = createLog()
    log.write('heroku', 'web.1', 'a')
    log.write('app', 'web.1', 'b')
    log.write('app', 'web.2', 'c')
    log.write('app', 'worker.1', 'd')
    const texts = (filter: Parameters<typeof log.lines>[0]) => log.lines(filter).map(({ text }) => text)
    expect(texts({ source: 'app' })).toEqual(['b', 'c', 'd'])
    expect(texts({ dyno: 'web.1' })).toEqual(['a', 'b'])
    expect(texts({ dyno: 'web' })).toEqual(['a', 'b', 'c'])
    expect(texts({ lines: 1 })).toEqual(['d'])
  })

  it('tells the story of a deploy', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'release: echo migrated'), { user: 'ann@example.com' })
    await app.waitForDynos()
    const told = app.logs().map(({ line }) => line.slice(line.indexOf(' ') + 1).replace(/\.\d{4}/, '.N'))
    const wanted = [
      'app[api]: Release v3 created by user ann@example.com',
      'app[api]: Running release v3 commands by user ann@example.com',
      'heroku[release.N]: Starting process with command `echo migrated`',
      'app[release.N]: migrated',
      'heroku[release.N]: Process exited with status 0',
      'heroku[web.1]: State changed from down to starting',
      'heroku[web.1]: Starting process with command `node server.js`',
      'heroku[web.1]: State changed from starting to up',
    ]
    expect(told.filter((line) => wanted.includes(line))).toEqual(wanted)
  })
})

describe('a log session', () => {
  it('gives the lines there are and ends', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one', 'release: echo first && echo second'))
    const body = { source: 'app', dyno: 'release', lines: 1 }
    const session = await call(heroku, 'POST', `/apps/${app.name}/log-sessions`, { body })
    expect(session.status).toBe(201)
    const { logplex_url: url } = session.body as { logplex_url: string }
    expect(await (await fetch(url)).text()).toMatch(/^\S+ app\[release\.\d{4}\]: second\n$/)
  })

  it('with tail goes on with the lines to come', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await app.push(await webSlug('one'))
    const body = { tail: true, dyno: 'run' }
    const session = await call(heroku, 'POST', `/apps/${app.name}/log-sessions`, { body })
    const response = await fetch((session.body as { logplex_url: string }).logplex_url)
    await app.runOneOff('echo hello')
    let seen = ''
    for await (const chunk of response.body ?? []) {
      seen += Buffer.from(chunk as Uint8Array).toString('utf8')
      if (seen.includes(': hello')) break
    }
    expect(seen).toMatch(/app\[run\.\d{4}\]: hello/)
  })
})
