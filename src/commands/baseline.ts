import { usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { recordBaseline, type BaselineOutcome } from '../story/baseline.js'
import { migrationSettings, type Command } from './command.js'

export const baselineCommand: Command = {
  name: 'baseline',
  usage: 'release baseline NAME [flags]',
  about: [
    'Adopts a database whose schema exists without a history: records the migration NAME, and every',
    'one before it, as applied without running any, under the release lock and in one transaction.',
    'Refused where the history names a migration already, and in an empty database.',
  ],
  settings: [
    'databaseUrl',
    'lockWaitMs',
    'deadlineMs',
    ...migrationSettings,
    'createSchema',
    'createMigrationsSchema',
    'lockValue',
  ],
  flags: [],
  maxPositionals: 1,
  examples: [
    ['release baseline 1790000000000_create-charts', 'it and all before it are in the database'],
    ['release plan', 'what is left to run'],
  ],
  run: async ({ world, positionals }) => {
    const [name] = positionals
    if (name === undefined) {
      throw usageError('release baseline needs the name of the last migration that the database has.', {
        todo: ['release baseline 1790000000000_create-charts'],
      })
    }
    const outcome = await recordBaseline(world, name)
    return { exitCode: exitCodes.done, lines: summary(outcome), json: { ...outcome } }
  },
}

function summary({ recorded, pending }: BaselineOutcome): string[] {
  const [first = '', last = first] = [recorded[0], recorded.at(-1)]
  const names = recorded.length === 1 ? first : `${first} to ${last}`
  return [
    `Recorded ${countOf(recorded.length)} as applied without running any: ${names}.`,
    pending.length === 0
      ? 'Nothing is pending.'
      : `${countOf(pending.length)} pending, ${pending[0] ?? ''} first: release migrate runs what is pending.`,
  ]
}

const countOf = (count: number) => `${count} ${count === 1 ? 'migration' : 'migrations'}`
