import { formatDuration } from '../core/duration.js'
import { configurationError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { restartApp } from '../story/restarting.js'
import type { Command } from './command.js'

export const restartCommand: Command = {
  name: 'restart',
  usage: 'release restart [--type TYPE ...] [flags]',
  about: [
    'Restarts the dynos of the formation, process type by process type and one at a time, each up',
    'and settled before the next. One-off and release dynos are never touched. A dyno that crashes',
    'on boot stops it, so that the others go on serving.',
  ],
  settings: ['restartSettleMs', 'token'],
  flags: [
    {
      name: 'type',
      type: 'string',
      shape: 'type',
      multiple: true,
      about: 'Only this process type; may be given several times.',
    },
  ],
  examples: [
    ['release restart --app chart', 'every process type'],
    ['release restart --type web', 'web dynos only'],
  ],
  run: async ({ world, flags }) => {
    const { config } = world
    if (config.app === undefined) {
      throw configurationError('app-missing', 'Which app is to be restarted is not known.', {
        todo: ['Name it: release restart --app NAME, or set HEROKU_APP_NAME.'],
      })
    }
    const types = Array.isArray(flags['type']) ? flags['type'] : undefined
    const report = await restartApp(world, config.app, types)
    const names = report.restarted.map(({ dyno }) => dyno)
    const line =
      names.length === 0
        ? `Restarted nothing: ${config.app} has no running dyno${types === undefined ? '' : ` of type ${types.join(', ')}`}.`
        : `Restarted ${names.join(', ')} of ${config.app} in ${formatDuration(report.durationMs)}, each up before the next.`
    const down =
      report.stillDown.length === 0 ? [] : [`Still down, as before: ${report.stillDown.join(', ')}.`]
    return { exitCode: exitCodes.done, lines: [...down, line], json: { ...report } }
  },
}
