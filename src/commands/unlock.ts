import { createInterface } from 'node:readline/promises'
import { exitCodes } from '../core/exit-codes.js'
import { describeHolder } from '../core/holder.js'
import { unlock } from '../story/unlocking.js'
import type { Command } from './command.js'

export const unlockCommand: Command = {
  name: 'unlock',
  usage: 'release unlock [--yes] [flags]',
  about: [
    'Shows which session holds the release lock, who it is and what it runs, and ends it. What it',
    'had open is rolled back; migrations that it had finished stay applied and recorded.',
    'At a terminal it asks first.',
  ],
  settings: ['databaseUrl', 'lockValue'],
  flags: [{ name: 'yes', type: 'boolean', about: 'Do not ask.' }],
  examples: [['release unlock', 'show the holder and end it']],
  run: async ({ world, flags, interactive }) => {
    const asks = interactive && flags['yes'] !== true
    const { holders, ended } = await unlock(world, async (found) => {
      for (const holder of found) world.log.info('lock', `held by ${describeHolder(holder)}`)
      return asks ? await ask(found.length, world.signal) : true
    })
    const pids = holders.map(({ pid }) => pid).join(', ')
    const line =
      holders.length === 0
        ? 'Nobody holds the release lock.'
        : ended
          ? `Ended the session that held the release lock (pid ${pids}). What it had open was rolled back.`
          : `Left alone: pid ${pids} still holds the release lock.`
    return { exitCode: exitCodes.done, lines: [line], json: { holders, ended } }
  },
}

async function ask(count: number, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const what = count === 1 ? 'this session' : `these ${count} sessions`
    const answer = await terminal.question(`End ${what}? [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
