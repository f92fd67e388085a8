import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startLocalHeroku, type LocalHeroku } from '../src/local-heroku/start.js'
import type { LocalApp } from '../src/local-heroku/local-app.js'
import { startEmbeddedPostgres, type EmbeddedServer } from '../test/support/embedded.js'
import { buildSlug } from './slug.js'
import { startTraffic } from './traffic.js'

const command = resolve(import.meta.dirname, '..', 'bin', 'release.js')
const say = (line = '') => console.log(line)

/** What is to be undone, newest first, however the demo ends. */
const cleanups: (() => Promise<unknown>)[] = []
let cleaning: Promise<void> | undefined

async function cleanUp(): Promise<void> {
  // Whatever does not end in time is left behind rather than waited for.
  setTimeout(() => process.exit(1), 20_000).unref()
  // The demo may go on a little meanwhile, so the list may grow.
  for (let undo = cleanups.pop(); undo !== undefined; undo = cleanups.pop())
    await undo().catch(() => undefined)
}

const cleanUpOnce = async () => await (cleaning ??= cleanUp())

// A closed terminal, or `| head`, takes the output away; the cleaning up goes on.
process.stdout.on('error', () => void cleanUpOnce().then(() => process.exit(1)))
process.stderr.on('error', () => undefined)

for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    void cleanUpOnce().then(() => process.exit(code))
  })
}

try {
  await demo()
} catch (error) {
  if (cleaning === undefined) console.error(error)
  process.exitCode = 1
} finally {
  await cleanUpOnce()
}
process.exit()

async function demo(): Promise<void> {
  const startedAt = performance.now()
  say('A PostgreSQL and a Heroku are starting on this machine. Nothing leaves it.')
  const making = mkdtemp(join(tmpdir(), 'release-phase-demo-'))
  cleanups.push(async () => await rm(await making, { recursive: true, force: true }))
  const folder = await making
  await chmod(folder, 0o755)
  const starting = startEmbeddedPostgres()
  cleanups.push(async () => await (await starting).stop())
  const server = await starting
  const heroku = await startLocalHeroku({ timing: { stopLagMs: 300, settleMs: 300 } })
  cleanups.push(async () => await heroku.close())
  const app = await createApp(heroku, server)

  say()
  say('The app "chart" is deployed for the first time: 2 web dynos, 2 workers.')
  await push(app, await buildSlug('v1', folder), 'f00dcafe', 'Draw charts')
  app.scale('web', 2)
  app.scale('worker', 2)
  await app.waitForDynos()

  say()
  say(
    'Visitors come. Now a change with three migrations is pushed; one of them builds an index concurrently.',
  )
  const traffic = startTraffic(app.routerUrl)
  await push(app, await buildSlug('v2', folder), 'decade00', 'Owners and settings')
  await app.waitForDynos()
  const deployed = traffic.soFar()

  const environment = { ...app.configVars(), HEROKU_API_KEY: heroku.token, HEROKU_API_URL: heroku.url }
  const cwd = join(folder, 'v2')
  say()
  say('At the prompt of a developer:')
  await run(['status', '--app', app.name], cwd, environment)
  say()
  say('And a restart by hand, one dyno at a time, while visitors go on coming:')
  await run(['restart', '--app', app.name, '--settle', '500ms'], cwd, environment)
  const visits = await traffic.stop()

  say()
  say(
    `Requests during the deploy: ${deployed.served} served, ${deployed.failed} failed. ` +
      `In all, the restart too: ${visits.served} served, ${visits.failed} failed, the slowest ${visits.slowestMs.toFixed(0)} ms.`,
  )
  for (const failure of visits.failures) say(`  ${failure}`)
  say(`The demo took ${((performance.now() - startedAt) / 1000).toFixed(0)} s and cleans up after itself.`)
  if (visits.failed > 0) process.exitCode = 1
}

async function createApp(heroku: LocalHeroku, server: EmbeddedServer): Promise<LocalApp> {
  return await heroku.createApp({
    name: 'chart',
    configVars: { DATABASE_URL: server.url },
    dynoMetadata: true,
    // With preboot the old web dynos serve until the new ones do; 3 minutes on Heroku, less here.
    preboot: true,
    timing: { prebootOverlapMs: 2000 },
  })
}

/** Deploys, printing what the person who pushed would see. */
async function push(app: LocalApp, slug: string, commit: string, description: string): Promise<void> {
  say('$ git push heroku main')
  const remote = (line: string) => say(`remote: ${line}`.trimEnd())
  remote('-----> Launching...')
  remote(
    '       ! Release command declared: this new release will not be available until the command succeeds.',
  )
  remote('Verifying deploy... done.')
  remote('Running release command...')
  remote('')
  const release = await app.push(slug, { commit, description, onLine: remote })
  if (release.status !== 'succeeded') throw new Error(`Release v${release.version} ${release.status}.`)
  remote('')
  remote(`Waiting for release.... done. Released v${release.version}.`)
}

async function run(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  say(`$ release ${words.join(' ')}`)
  const child = spawn(process.execPath, [command, ...words], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  cleanups.push(async () => child.kill())
  const status = await new Promise<number | null>((done) => {
    child.on('exit', done)
  })
  if (status !== 0) throw new Error(`release ${words.join(' ')} ended with ${status}.`)
}
