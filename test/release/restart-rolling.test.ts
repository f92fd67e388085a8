import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { idsOf } from '../heroku/restart-support.js'
import { makeSlug, startHeroku } from '../local-heroku/support.js'
import { createScene, type Scene } from '../support/scene.js'

// It reads the file that its config var names, when it boots and never again. It takes longer to boot than the command
// waits before it looks: who does not wait for it to be up would take the next one down too.
const files = {
  Procfile: 'web: exec node web.js',
  'key.txt': 'a key',
  'web.js': `
require('node:fs').readFileSync(process.env.KEY_FILE)
const server = require('node:http').createServer((request, response) => response.end('ok'))
setTimeout(() => server.listen(process.env.PORT), 700)
process.on('SIGTERM', () => server.close(() => process.exit(0)))`,
}

let heroku: LocalHeroku
let app: LocalApp
let scene: Scene
let slug: string

beforeEach(async () => {
  heroku = await startHeroku()
  scene = await createScene({})
  slug = await makeSlug(files)
  app = await heroku.createApp({ name: 'shop', configVars: { KEY_FILE: 'key.txt' } })
  await app.push(slug)
  app.scale('web', 4)
  await app.waitForDynos()
})

/** Visitors, and the fewest web dynos that were ever up while they came. */
function startVisits() {
  const over = new AbortController()
  const statuses: number[] = []
  let fewestUp = Infinity
  const count = () => {
    fewestUp = Math.min(fewestUp, app.dynos().filter(({ state }) => state === 'up').length)
  }
  const unfollow = app.followLogs(count)
  const visitor = async () => {
    while (!over.signal.aborted) {
      statuses.push((await fetch(app.routerUrl)).status)
      count()
    }
  }
  const visitors = Promise.all([visitor(), visitor(), visitor()])
  return {
    end: async () => {
      over.abort()
      await visitors
      unfollow()
      return { visits: statuses.length, failed: statuses.filter((status) => status !== 200), fewestUp }
    },
  }
}

const restart = async (words = '') =>
  await scene.release(`restart --settle 200ms${words}`, {
    HEROKU_API_KEY: heroku.token,
    HEROKU_API_URL: heroku.url,
    HEROKU_APP_NAME: 'shop',
  })

test('a rolling restart of four web dynos under traffic fails no request and has never fewer than three up', async () => {
  const before = idsOf(app)
  const visits = startVisits()
  const { exitCode, stdout } = await restart(' --health-path /')
  const { failed, fewestUp, visits: count } = await visits.end()
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(
    /^Restarted web\.1, web\.2, web\.3, web\.4 of shop in .*, each up before the next\.$/m,
  )
  expect(count).toBeGreaterThan(20)
  expect(failed).toEqual([])
  expect(fewestUp).toBe(3)
  for (const [name, id] of Object.entries(idsOf(app))) expect(before[name]).not.toBe(id)
})

test('a config var that has gone bad makes the first dyno crash, and the restart ends there: three go on serving', async () => {
  const before = idsOf(app)
  await rm(join(slug, 'key.txt'))
  const visits = startVisits()
  const { exitCode, stderr } = await restart()
  const { failed, fewestUp } = await visits.end()
  await writeFile(join(slug, 'key.txt'), 'a key')
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^error: web\.1 of shop crashed after its restart \(release v3, state crashed\)/m)
  expect(stderr).toMatch(/^ +\S+ app\[web\.1\]: .*ENOENT.*key\.txt/m)
  expect(stderr).toContain('Not touched, still running as before: web.2, web.3, web.4.')
  expect(stderr).toMatch(
    /-> If no deploy is needed, restart the rest: release restart --app shop --older-than/,
  )
  expect(failed).toEqual([])
  expect(fewestUp).toBe(3)
  const { 'web.1': crashed, ...others } = before
  expect(idsOf(app)).toMatchObject(others)
  expect(idsOf(app)['web.1']).not.toBe(crashed)
})
