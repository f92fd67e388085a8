import { formatDuration } from '../../core/duration.js'
import { failedError } from '../../core/errors.js'
import { startCommand, statusOf } from '../../shell/command.js'
import type { World } from '../../story/world.js'

/** A run of a command: whether it ended with 0, and what it said last. */
export interface TestRun {
  readonly passed: boolean
  readonly durationMs: number
  readonly output: readonly string[]
}

export interface ToRun {
  readonly command: string
  readonly folder: string
  /** Of the database that the tests may do with what they want. */
  readonly url: string
  /** Whose tests, and on what: `of the new code, after 3_flags`. */
  readonly shown: string
}

const graceMs = 5000
const keptLines = 30

/**
 * Runs the tests of an app on a scratch database, which is their DATABASE_URL. The live database and what leads to
 * others of the app are taken out of their environment. Rejects with the reason of the world's signal once that is
 * aborted; the whole process group is then gone.
 */
export async function runTests(world: World, { command, folder, url, shown }: ToRun): Promise<TestRun> {
  const { environment, signal, redact, log } = world
  signal.throwIfAborted()
  const output: string[] = []
  const running = startCommand({
    command,
    folder,
    environment: { ...withoutDatabases(environment), DATABASE_URL: url },
    onLine: (line) => {
      output.push(redact(line.replaceAll(url, '[DATABASE_URL]')))
      if (output.length > keptLines) output.shift()
    },
  })
  const stop = () => running.stop('SIGTERM', graceMs)
  signal.addEventListener('abort', stop, { once: true })
  const end = await running.ended
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  const passed = end.status === 0
  const how = passed ? 'passed' : `ended with ${statusOf(end)}`
  log.info('prove', `${command} ${shown}: ${how} (${formatDuration(end.durationMs)})`)
  return { passed, durationMs: end.durationMs, output }
}

/** Makes the app ready for its tests, as `npm ci` does. Throws `test-setup` (1) with its last lines where that fails. */
export async function setUp(world: World, toRun: ToRun): Promise<void> {
  const { passed, output } = await runTests(world, toRun)
  if (passed) return
  throw failedError('test-setup', `--test-setup failed in the code that is running: ${toRun.command}`, {
    detail: [...output],
    todo: [
      'It runs in a copy of the files of that commit, which has no node_modules yet and nothing that git ignores.',
    ],
  })
}

// Names under which Heroku keeps databases and what opens the Platform API.
const ofHeroku = /^(?:HEROKU_POSTGRESQL_.*_URL|DATABASE_.*URL|HEROKU_API_KEY)$/

const withoutDatabases = (environment: World['environment']): Record<string, string | undefined> => {
  const live = new Set([environment['DATABASE_URL'], environment['RELEASE_DATABASE_URL']])
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => !name.startsWith('RELEASE_') && !ofHeroku.test(name) && !live.has(value),
    ),
  )
}
