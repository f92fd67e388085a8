import { usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { isUnknown } from '../core/status.js'
import { readState, type MaintenanceState } from '../story/maintenance/state.js'
import { switchOff, switchOffWhenLive, switchOn, type Switched } from '../story/maintenance/switch.js'
import { renderRecord } from '../terminal/render-maintenance.js'
import type { Command, CommandResult } from './command.js'

export const maintenanceCommand: Command = {
  name: 'maintenance',
  usage: 'release maintenance [on | off [--when-live]] [flags]',
  about: [
    'Shows whether the app is in maintenance mode, which release has closed it and what it has stopped,',
    'or switches it on or off. off first starts the processes that a release has stopped and left so.',
    'off --when-live opens what a release phase has closed, once its new dynos are up; maintenance',
    'mode that a person has switched on stays on. The downtime deploy itself: release migrate',
    '--maintenance always. All of it: docs/maintenance.md.',
  ],
  settings: ['databaseUrl', 'maintenanceWaitMs', 'restartSettleMs', 'lockWaitMs', 'lockValue', 'token'],
  flags: [
    {
      name: 'when-live',
      type: 'boolean',
      about:
        'With off: wait until the dynos of the release are up, and leave alone what no release has closed.',
    },
  ],
  maxPositionals: 1,
  examples: [
    ['release maintenance --app chart', 'is it closed, by whom, and what mends it'],
    ['release maintenance off --when-live', 'after a deploy that closed the app'],
  ],
  run: async ({ world, flags, positionals }) => {
    const [word] = positionals
    const whenLive = flags['when-live'] === true
    if (whenLive && word !== 'off') {
      throw usageError('--when-live goes with off.', { todo: ['release maintenance off --when-live'] })
    }
    switch (word) {
      case undefined:
        return shown(await readState(world))
      case 'on':
        return switched(await switchOn(world))
      case 'off':
        return switched(whenLive ? await switchOffWhenLive(world) : await switchOff(world))
      default:
        throw usageError(`release maintenance does not take "${word}".`, {
          todo: ['It takes on or off, and alone it shows what is.'],
        })
    }
  },
}

function switched({ app, on, unchanged, notes }: Switched): CommandResult {
  const line = `Maintenance mode of ${app} is ${on ? 'on' : 'off'}${unchanged ? ', as before' : ''}.`
  return { exitCode: exitCodes.done, lines: [line, ...notes], json: { app, on, unchanged, notes } }
}

function shown(state: MaintenanceState): CommandResult {
  const { platform, database } = state
  const mode = isUnknown(platform)
    ? `Heroku could not be asked: ${platform.error.message}`
    : `Maintenance mode of ${platform.app} is ${platform.on ? 'on' : 'off'}.`
  return {
    exitCode: exitCodes.done,
    lines: [mode, ...rememberedLines(state)],
    json: {
      platform,
      database,
    },
  }
}

function rememberedLines({ platform, database }: MaintenanceState): string[] {
  if (isUnknown(database)) return [`Whether a release has closed it is not known: ${database.error.message}`]
  const { record, holders } = database
  if (record !== null) return renderRecord(record, { holders, now: new Date() }).map((line) => `  ${line}`)
  return !isUnknown(platform) && platform.on ? ['No release has switched it on: somebody else has.'] : []
}
