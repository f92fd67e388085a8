import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPlatform } from '../../src/heroku/client.js'
import { asksFor, waitForHealth } from '../../src/heroku/restart/health.js'
import { prepareHealth } from '../../src/heroku/restart/health-check.js'
import type { RestartEvent } from '../../src/heroku/restart/report.js'
import { makeSlug, startHeroku } from '../local-heroku/support.js'
import { freePort } from '../support/embedded.js'
import { json, startFaultServer, text } from './fault-server.js'
import { idsOf, rejectionOf, requestsOf, restart } from './restart-support.js'

// It says it is well unless a file "ill" lay beside it when it booted.
const web = `
const ill = require('node:fs').existsSync('ill')
if (ill) console.error('cannot read the orders')
const server = require('node:http').createServer((request, response) => {
  response.statusCode = request.url.startsWith('/health') && ill ? 500 : 200
  response.end(request.url.startsWith('/health') ? 'orders: ' + (ill ? 'no' : 'yes') : 'ok')
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

async function shop() {
  const heroku = await startHeroku()
  const app = await heroku.createApp({ name: 'shop' })
  const folder = await makeSlug({ Procfile: 'web: exec node web.js', 'web.js': web })
  await app.push(folder)
  app.scale('web', 2)
  await app.waitForDynos()
  return { heroku, app, folder }
}

const expected = { path: '/health?token=secret-word', status: 200, body: 'orders: yes' }

describe('a restart with a health path', () => {
  it('goes on when the app answers there as expected, so often that a new dyno was met', async () => {
    const { heroku, app } = await shop()
    const events: RestartEvent[] = []
    const report = await restart(heroku, app, { health: expected, onEvent: (event) => events.push(event) })
    expect(report.restarted).toHaveLength(2)
    const healthy = { kind: 'healthy', url: `${app.routerUrl}/health`, asks: 6 }
    expect(events.filter(({ kind }) => kind === 'healthy')).toEqual([healthy, healthy])
  })

  it('stops where it does not, with the log of the dyno, and the others go on serving', async () => {
    const { heroku, app, folder } = await shop()
    const before = idsOf(app)
    await writeFile(join(folder, 'ill'), '')
    const error = await rejectionOf(restart(heroku, app, { health: expected, perDynoDeadlineMs: 3000 }))
    await rm(join(folder, 'ill'))
    expect(error).toMatchObject({ code: 'restart-unhealthy', exitCode: 1 })
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(
        /^shop does not answer as expected at http:\S+\/health after the restart of web\.1 \(it answered with status 500, not 200\), so the restart stopped there\./,
      ),
    )
    expect(error).toHaveProperty('message', expect.stringContaining('still running as before: web.2.'))
    expect(error).toHaveProperty(
      'detail',
      expect.arrayContaining([expect.stringContaining('cannot read the orders')]),
    )
    expect(JSON.stringify(error)).not.toContain('secret-word')
    expect(idsOf(app)['web.2']).toBe(before['web.2'])
    expect(requestsOf(heroku, 'DELETE')).toHaveLength(1)
  })

  it('stops where the answer lacks the text that is expected', async () => {
    const { heroku, app } = await shop()
    const health = { ...expected, body: 'all is well' }
    const error = await rejectionOf(restart(heroku, app, { health, perDynoDeadlineMs: 2000 }))
    expect(error).toHaveProperty('message', expect.stringContaining('does not contain "all is well"'))
  })

  it('asks nobody in maintenance mode, where the router answers for the app', async () => {
    const { heroku, app } = await shop()
    app.setMaintenance(true)
    const events: RestartEvent[] = []
    const report = await restart(heroku, app, { health: expected, onEvent: (event) => events.push(event) })
    expect(report.restarted).toHaveLength(2)
    expect(events).toContainEqual({ kind: 'health-unasked', reason: 'maintenance' })
  })

  it('says that with preboot the old dynos answer', async () => {
    const { heroku, app } = await shop()
    app.setPreboot(true)
    const events: RestartEvent[] = []
    await restart(heroku, app, { health: expected, onEvent: (event) => events.push(event) })
    expect(events).toContainEqual({ kind: 'health-preboot' })
  })

  it('of an app without an address is a mistake in the settings, unless it is a whole URL', async () => {
    const app = { id: 'x', name: 'shop', maintenance: false, web_url: null, enabled: false }
    const server = await startFaultServer([json(200, app)])
    const platform = createPlatform({ token: 'HRKU-a-test-token', apiUrl: server.url })
    const prepare = async (path: string) =>
      await prepareHealth(platform, {
        app: 'shop',
        health: { ...expected, path },
        onEvent: () => undefined,
      })
    expect(await rejectionOf(prepare('/health'))).toMatchObject({ code: 'health-url', exitCode: 78 })
    expect(await prepare('https://shop.example.com/health')).toBeTypeOf('function')
    await server.close()
  })
})

const ask = async (url: string, asks: number) =>
  await waitForHealth({ url, status: 200, body: undefined }, { asks, deadlineMs: 20_000, pauseMs: 1 })

describe('asking for health', () => {
  it('counts answers in a row, so one that is wrong begins the count anew', async () => {
    const server = await startFaultServer([text(200, ''), text(500, ''), text(200, '')])
    expect(await ask(server.url, 2)).toBeUndefined()
    expect(server.arrivals).toHaveLength(4)
    await server.close()
  })

  it('is not content with good answers among bad ones', async () => {
    const answers = Array.from({ length: 50_000 }, (_, index) => text(index % 2 === 0 ? 500 : 200, ''))
    const server = await startFaultServer(answers)
    const health = { url: server.url, status: 200, body: undefined }
    for (const deadlineMs of [50, 60, 70, 80]) {
      const fault = await waitForHealth(health, { asks: 2, deadlineMs, pauseMs: 1 })
      expect(fault).toBe('it answered with status 500, not 200')
    }
    await server.close()
  })

  it('says why there was no answer', async () => {
    const health = { url: `http://127.0.0.1:${await freePort()}/`, status: 200, body: undefined }
    const fault = await waitForHealth(health, { asks: 1, deadlineMs: 50, pauseMs: 1 })
    expect(fault).toContain('ECONNREFUSED')
  })

  it('follows no redirect, which may lead to another app', async () => {
    const server = await startFaultServer([text(302, '', { Location: 'http://127.0.0.1:9/' })])
    const health = { url: server.url, status: 200, body: undefined }
    const fault = await waitForHealth(health, { asks: 1, deadlineMs: 50, pauseMs: 1 })
    expect(fault).toBe('it answered with status 302, not 200')
    await server.close()
  })

  it('asks more often where few of many dynos are new, and not without end', () => {
    expect(asksFor(1, 1)).toBe(3)
    expect(asksFor(4, 1)).toBe(12)
    expect(asksFor(4, 4)).toBe(3)
    expect(asksFor(100, 1)).toBe(20)
  })
})
