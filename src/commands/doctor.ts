import { countVerdicts } from '../core/check.js'
import { exitCodes } from '../core/exit-codes.js'
import { diagnose } from '../doctor/diagnose.js'
import { renderChecks, summarizeChecks } from '../terminal/render-checks.js'
import { migrationSettings, type Command } from './command.js'

export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'release doctor [flags]',
  about: [
    'Checks whether this app is set up right: what is installed, the Procfile, the migrations, the',
    'database, and with an API token what Heroku says. Each line is pass, warn, fail or skip, with',
    'what to do. Changes nothing. Exit 2 when a check failed, 0 with warnings alone.',
  ],
  settings: ['databaseUrl', 'reviewApps', 'migrateCommand', ...migrationSettings, 'lockValue', 'token'],
  flags: [],
  examples: [
    ['release doctor', 'in the root of the app'],
    ['heroku run release doctor --app chart', 'with the config vars that the release phase has'],
  ],
  run: async ({ world, flags }) => {
    const configPath = typeof flags['config'] === 'string' ? flags['config'] : undefined
    const checks = await diagnose(world, configPath)
    const counts = countVerdicts(checks)
    return {
      exitCode: counts.fail > 0 ? exitCodes.findings : exitCodes.done,
      lines: renderChecks(checks),
      json: { summary: summarizeChecks(checks), counts, checks },
    }
  },
}
