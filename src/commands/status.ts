import { formatDuration } from '../core/duration.js'
import { ReleaseError, usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { formatTime } from '../core/moment.js'
import type { Status } from '../core/status.js'
import { exitCodeOf, readStatus } from '../story/status.js'
import { watchStatus } from '../story/watching.js'
import { renderStatus } from '../terminal/status/render.js'
import { summarizeStatus } from '../terminal/status/summary.js'
import { migrationSettings, type Command, type CommandResult, type Invocation } from './command.js'

export const statusCommand: Command = {
  name: 'status',
  usage: 'release status [flags]',
  about: [
    'Shows which migrations are applied and pending, where files and history disagree, who holds the',
    'release lock, how the last runs ended, and which sessions of the database are older than the last',
    'migration. With an API token and the name of the app also the current release and newer ones that',
    'are pending or failed, the formation, and each dyno with a verdict: fine, starting, crashed,',
    'missing, old release (not the code of the current one), or stuck: started before the last',
    'migration finished. Changes nothing. Where the database or Heroku is out of reach, it says so and',
    'shows the rest.',
  ],
  settings: ['watchIntervalMs', 'databaseUrl', 'migrateCommand', ...migrationSettings, 'lockValue', 'token'],
  flags: [{ name: 'watch', type: 'boolean', about: 'Look again and again, until Ctrl-C.' }],
  examples: [
    ['release status --app chart', 'everything about chart'],
    ['release status --app chart --watch', 'the same, kept on the screen'],
    ['release status --json', 'the same for a script'],
  ],
  run: async (invocation) => {
    if (invocation.flags['watch'] === true) return await watch(invocation)
    const status = await readStatus(invocation.world)
    return {
      exitCode: exitCodeOf(status),
      lines: renderStatus(status),
      json: withNulls({ summary: summarizeStatus(status), ...status }),
    }
  },
}

async function watch({ world, flags, show }: Invocation): Promise<CommandResult> {
  if (flags['json'] === true) {
    throw usageError('--watch shows a status again and again, and --json prints one object.', {
      todo: ['Leave one of them out; a script can call release status --json as often as it likes.'],
    })
  }
  const { watchIntervalMs } = world.config
  if (watchIntervalMs === 0) {
    throw usageError('An interval of 0 would use up the API requests of the account.', {
      todo: ['Say how long to wait between two looks: --interval 5s.'],
    })
  }
  try {
    await watchStatus(world, watchIntervalMs, (status, pauseMs) =>
      show([watchLine(status, pauseMs), ...withSummaryFirst(renderStatus(status))]),
    )
    return { exitCode: exitCodes.done, lines: [], json: {} }
  } catch (error) {
    // Ctrl-C is how a watch ends, and no failure to be explained.
    if (!world.signal.aborted || !(error instanceof ReleaseError)) throw error
    return { exitCode: error.exitCode, lines: [], json: {} }
  }
}

/** On a small screen it is the end that is left out. */
const withSummaryFirst = (lines: readonly string[]): readonly string[] => [
  ...lines.slice(-1),
  '',
  ...lines.slice(0, -2),
]

const watchLine = ({ at }: Status, pauseMs: number): string =>
  `${formatTime(at)}, again in ${formatDuration(pauseMs)}; Ctrl-C ends it`

/** What is not known is null in JSON, so that every key is there every time. */
function withNulls(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(facts, (_key, value: unknown) => (value === undefined ? null : value))
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}
