import { exitCodeOf, readStatus } from '../story/status.js'
import { renderStatus } from '../terminal/status/render.js'
import { summarizeStatus } from '../terminal/status/summary.js'
import { migrationSettings, type Command } from './command.js'

export const statusCommand: Command = {
  name: 'status',
  usage: 'release status [flags]',
  about: [
    'Shows which migrations are applied and pending, where files and history disagree, who holds the',
    'release lock and how the last runs ended; and, with an API token and the name of the app, its',
    'releases and dynos, and which of those are older than the last migration. Changes nothing.',
    'Where the database or Heroku is out of reach, it says so and shows the rest.',
  ],
  settings: ['databaseUrl', 'migrateCommand', ...migrationSettings, 'lockValue', 'token'],
  flags: [],
  examples: [
    ['release status --app chart', 'everything about chart'],
    ['release status --json', 'the same for a script'],
  ],
  run: async ({ world }) => {
    const status = await readStatus(world)
    return {
      exitCode: exitCodeOf(status),
      lines: renderStatus(status),
      json: { summary: summarizeStatus(status), ...status },
    }
  },
}
