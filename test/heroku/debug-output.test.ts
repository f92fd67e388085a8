import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire, Module } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPlatform } from '../../src/heroku/client.js'
import { json, startFaultServer } from './fault-server.js'

let folder = ''
const printed: string[] = []

// heroku-client prints through npm's `debug` wherever an app has it installed: here stands one in for it.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-phase-debug-'))
  await mkdir(join(folder, 'debug'))
  await writeFile(
    join(folder, 'debug', 'index.js'),
    'module.exports = () => (...parts) => globalThis.printedByDebug.push(parts.join(" "))',
  )
  Reflect.set(globalThis, 'printedByDebug', printed)
  process.env['NODE_PATH'] = folder
  const initPaths: unknown = Reflect.get(Module, '_initPaths')
  if (typeof initPaths === 'function') initPaths()
  standInForInstalled()
})

/** Where a package of the tests brought the real one along, that is found first: the stand-in takes its place. */
function standInForInstalled(): void {
  const near = createRequire(createRequire(import.meta.url).resolve('heroku-client'))
  const path = near.resolve('debug')
  const standIn = new Module(path)
  standIn.exports = near(join(folder, 'debug', 'index.js'))
  standIn.loaded = true
  near.cache[path] = standIn
}

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/heroku-client/'))

it('loads heroku-client at the first call, and prints no bodies where an app has npm’s debug switched on', async () => {
  const server = await startFaultServer([json(200, { DATABASE_URL: 'postgres://secret' })])
  try {
    const platform = createPlatform({ token: 'HRKU-a-test-token', apiUrl: server.url })
    expect(isLoaded()).toBe(false)
    const body = { API_PASSWORD: 'hush-hush' }
    const answer = await platform.patch('/apps/a/config-vars', body, (fields) => fields.text('DATABASE_URL'))
    expect(answer).toBe('postgres://secret')
    expect(isLoaded()).toBe(true)
  } finally {
    await server.close()
  }
  const all = printed.join('\n')
  expect(all).toContain('PATCH /apps/a/config-vars')
  expect(all).not.toContain('postgres://secret')
  expect(all).not.toContain('hush-hush')
  expect(all).not.toContain('HRKU-')
  expect(all).not.toContain(Buffer.from(':HRKU-a-test-token').toString('base64'))
})
