import { stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { formatDuration } from './core/duration.js'
import { failedError, usageError } from './core/errors.js'
import type { ExitCode } from './core/exit-codes.js'
import { createRedactor } from './core/redact.js'
import { targetUrl } from './postgres/url.js'
import { withBaseTree, type BaseTree } from './proof/schemas/base-tree.js'
import { withDatabases } from './proof/scratch/databases.js'
import { scratchServer } from './proof/scratch/server.js'
import type { Stage } from './rehearse/recording.js'
import type { Traffic } from './rehearse/traffic/source.js'
import type { Wishes } from './rehearse/wishes.js'
import { buildCode } from './story/rehearsing/build.js'
import { readConfigVars, type ConfigVars } from './story/rehearsing/config-vars.js'
import { readStepsSince } from './story/rehearsing/steps.js'
import { targetOf, type World } from './story/world.js'

/** What a rehearsal came to. */
export interface Rehearsed {
  readonly exitCode: ExitCode
  readonly lines: readonly string[]
  readonly json: Readonly<Record<string, unknown>>
}

/**
 * The whole deploy on this machine: the code of the base in a temporary folder, a scratch database, a local Heroku.
 * Nothing is written to the database of DATABASE_URL, and no process that this starts knows of it. Rejects with
 * `deadline`, `rehearsal-build`, `rehearsal-base` and `rehearsal-traffic` (1), and with what git, the settings and the
 * scratch server say (64, 69, 78).
 */
export async function rehearse(outer: World, wishes: Wishes): Promise<Rehearsed> {
  const late = new AbortController()
  const { deadlineMs, folder } = outer.config
  const timer = setTimeout(() => late.abort(deadlinePassed(deadlineMs)), Math.min(deadlineMs, 2 ** 31 - 1))
  const world: World = { ...outer, signal: AbortSignal.any([outer.signal, late.signal]) }
  try {
    await expectFolder(wishes.htmlPath)
    // A file of its own in what ships: nobody else has to load a Heroku.
    const { prepareTraffic } = await import('./rehearse/rehearse.js')
    const traffic = await prepareTraffic(wishes.traffic, folder)
    const configVars = await readConfigVars(wishes.configVarsPath)
    return await withBaseTree(world, wishes.since, async (base) => {
      if (wishes.build !== undefined) await buildCode(world, base.folder, wishes.build)
      return await onScratch({ world, wishes, base, configVars, traffic })
    })
  } catch (error) {
    throw world.signal.aborted ? world.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

interface Play {
  readonly world: World
  readonly wishes: Wishes
  readonly base: BaseTree
  readonly configVars: ConfigVars
  readonly traffic: Traffic
}

async function onScratch({ world, wishes, base, configVars, traffic }: Play): Promise<Rehearsed> {
  const { config, signal, log, tool } = world
  const redact = redactorFor(world, configVars)
  const server = await scratchServer(world, config.databaseUrl === undefined ? undefined : targetOf(world))
  try {
    return await withDatabases(server, signal, async (databases) => {
      const name = await databases.create()
      const url = targetUrl({ ...server.target, database: name })
      const { rehearseDeploy } = await import('./rehearse/rehearse.js')
      const stage: Stage = {
        base: { ...base, shown: `${wishes.since} (${base.commit})` },
        next: { folder: config.folder, shown: 'the work tree', commit: 'worktree' },
        configVars: configVars(url),
        commandEnvironment: commandEnvironment(world),
        readSteps: async (since) => await readStepsSince(await databases.open(name), since),
        signal,
        say: (line) => log.info('rehearse', redact(line)),
      }
      const shown = `PostgreSQL ${Math.floor(databases.serverVersion / 10_000)} (${server.shown})`
      const result = await rehearseDeploy(stage, wishes, traffic, { server: shown, tool })
      return await finish(result, wishes, redact)
    })
  } finally {
    await server.stop()
  }
}

async function finish(
  { exitCode, lines, json, html }: Rehearsed & { readonly html: string },
  { htmlPath }: Wishes,
  redact: (text: string) => string,
): Promise<Rehearsed> {
  const clean = JSON.parse(redact(JSON.stringify(json))) as Rehearsed['json']
  if (htmlPath === undefined) return { exitCode, lines: lines.map(redact), json: clean }
  await writeFile(htmlPath, redact(html))
  return {
    exitCode,
    lines: [...lines.map(redact), `The page: ${htmlPath}`],
    json: { ...clean, html: htmlPath },
  }
}

/** Where a command of the team finds its programs; of this process's environment nothing else is passed on. */
function commandEnvironment({ config, environment }: World): Readonly<Record<string, string>> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = config.folder, TMPDIR = '/tmp' } = environment
  return { PATH: [join(config.folder, 'node_modules', '.bin'), PATH].join(delimiter), HOME, TMPDIR }
}

/** What looks like a secret among the config vars is printed no more than those of the environment are. */
function redactorFor({ redact }: World, configVars: ConfigVars): (text: string) => string {
  const secrets = Object.entries(configVars(''))
    .filter(([name, value]) => value.length >= 8 && /key|secret|token|pass|auth|url|dsn/i.test(name))
    .map(([, value]) => value)
  const more = createRedactor(secrets)
  return (text) => more(redact(text))
}

async function expectFolder(path: string | undefined): Promise<void> {
  if (path === undefined) return
  const folder = dirname(resolve(path))
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isThere) throw usageError(`--html ${path}: there is no folder ${folder}.`)
}

const deadlinePassed = (deadlineMs: number) =>
  failedError('deadline', `The rehearsal was not over after ${formatDuration(deadlineMs)}.`, {
    todo: ['A longer deadline: --deadline 2h. Everything that it started has been ended.'],
  })
