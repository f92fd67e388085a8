import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocalHeroku } from '../../src/local-heroku/start.js'
import { eventually, isAlive, makeSlug, webSlug } from './support.js'

const stubborn = `trap '' TERM; echo pid $$; while :; do sleep 1; done`

describe('closing', () => {
  it("ends dynos that ignore SIGTERM, within seconds, under Heroku's own 30 s of grace", async () => {
    const heroku = await startLocalHeroku()
    const app = await heroku.createApp()
    await app.push(await makeSlug({ Procfile: `worker: ${stubborn}` }))
    app.scale('worker', 1)
    const pid = await eventually(() => pidIn(app.logs()), 'it runs')
    const startedAt = performance.now()
    await heroku.close()
    expect(isAlive(pid)).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    await heroku.close()
    await expect(fetch(app.routerUrl)).rejects.toThrow('fetch failed')
    await expect(fetch(heroku.url)).rejects.toThrow('fetch failed')
  })

  it('settles what is under way: a release phase, a one-off dyno, a wait', async () => {
    const heroku = await startLocalHeroku()
    const app = await heroku.createApp({ releasePhases: 'queue' })
    await app.push(await webSlug('one'))
    const oneOff = app.runOneOff('sleep 600')
    const folder = await makeSlug({ Procfile: 'release: sleep 600\nweb: sleep 600' })
    const pushes = [app.push(folder), app.push(folder)]
    await eventually(() => app.dynos().filter(({ state }) => state === 'up').length > 2, 'all run')
    app.scale('web', 2)
    const waits = app.waitForDynos(60_000).catch((error: unknown) => error)
    await heroku.close()
    expect(await waits).toMatchObject({ code: 'app-closed' })
    expect((await oneOff).status).not.toBe(0)
    expect((await Promise.all(pushes)).map(({ status }) => status)).toEqual(['failed', 'failed'])
  })

  it('ends requests that hang', async () => {
    const heroku = await startLocalHeroku()
    heroku.faults.add({ kind: 'hang' })
    const request = fetch(heroku.url).catch((error: unknown) => error)
    await eventually(() => heroku.requests.length === 1, 'it hangs')
    await heroku.close()
    expect(await request).toBeInstanceOf(TypeError)
  })
})

describe('the dynos of a process that ends', () => {
  let folder: string
  let script: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'release-phase-parent-'))
    script = join(folder, 'parent.mjs')
    await build({
      stdin: { contents: parent, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
      logLevel: 'silent',
    })
  })
  afterAll(async () => await rm(folder, { recursive: true, force: true }))

  it('are gone after close, and nothing else keeps the process running', async () => {
    const child = spawn(process.execPath, [script, await webSlug('one'), 'close'], { stdio: 'inherit' })
    const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(30_000) })) as [number | null]
    expect(code).toBe(0)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('die with it on %s', async (signal) => {
    const slug = await makeSlug({ Procfile: `worker: ${stubborn}` })
    const child = spawn(process.execPath, [script, slug], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await firstNumber(child)
    expect(isAlive(pid)).toBe(true)
    child.kill(signal)
    await eventually(() => !isAlive(pid), 'the dyno is gone')
  })
})

const parent = `
import { startLocalHeroku } from './src/local-heroku/start.ts'
const [slug, mode] = process.argv.slice(2)
const heroku = await startLocalHeroku()
const app = await heroku.createApp({ preboot: true })
app.followLogs(({ text }) => { if (text.startsWith('pid ')) console.log(text) })
await app.push(slug)
if (mode === 'close') {
  await app.waitForDynos()
  await app.push(slug)
  void app.runOneOff('sleep 600', { timeToLiveMs: 600_000 })
  void fetch(app.routerUrl + '/slow').catch(() => undefined)
  await heroku.close()
} else {
  app.scale('worker', 1)
}
`

async function firstNumber(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) return Number(line.replace('pid ', ''))
  throw new Error('It ended without a word.')
}

function pidIn(lines: readonly { text: string }[]): number | undefined {
  const match = lines.map(({ text }) => /^pid (\d+)$/.exec(text)).find((found) => found !== null)
  return match === undefined || match === null ? undefined : Number(match[1])
}
