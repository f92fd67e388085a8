import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../support/root.js'

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a demo that %s stops while its server starts leaves nothing behind', async (signal, code) => {
  const temporary = await mkdtemp(join(tmpdir(), 'release-phase-'))
  onTestFinished(async () => await rm(temporary, { recursive: true, force: true }))
  await chmod(temporary, 0o755)

  const child = spawn(process.execPath, [await bundle()], {
    // A process group of its own, as in a terminal, where Ctrl-C reaches the server as well.
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((done) => child.on('exit', done))
  child.stdout.once('data', () => process.kill(-(child.pid ?? 0), signal))

  expect(await ended).toBe(code)
  expect(await readdir(temporary)).toEqual([])
})

async function bundle(): Promise<string> {
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'demo-'))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'demo.mjs')
  await build({
    entryPoints: [join(root, 'demo/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    define: { RELEASE_PHASE_VERSION: '"0.0.0"' },
  })
  return outfile
}
