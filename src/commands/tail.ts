import { patternOf } from '../config/values.js'
import { usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { tailUntilStable } from '../story/tail/tailing.js'
import { renderTail, summarizeTail } from '../terminal/render-tail.js'
import type { Command } from './command.js'

export const tailCommand: Command = {
  name: 'tail',
  usage: 'release tail [--until-stable 5m] [flags]',
  about: [
    'Follows the app’s log after a release, through cuts and expired sessions. Shows and counts what',
    'matters: H, R and L codes, crashes, SQLSTATEs of class 42, stale plans, and patterns of your own.',
    'Ends with 0 when it has been quiet for the time, with 2 and a summary when it will not be.',
    'Trouble starts the time anew, so a burst while the dynos boot is no failure.',
  ],
  settings: ['untilStableMs', 'tailDeadlineMs', 'token'],
  flags: [
    {
      name: 'pattern',
      type: 'string',
      shape: 'regex',
      multiple: true,
      about: 'Lines that match count as trouble too; may be given several times.',
    },
    {
      name: 'ignore',
      type: 'string',
      shape: 'regex',
      multiple: true,
      about: 'Lines that match are passed over, such as R14; may be given several times.',
    },
  ],
  examples: [
    ['git push heroku main && release tail --app chart', 'is it well?'],
    ['release tail --until-stable 10m --ignore R14', 'longer, and not about memory'],
  ],
  run: async ({ world, flags }) => {
    const report = await tailUntilStable(world, {
      patterns: patternsIn(flags, 'pattern'),
      ignore: patternsIn(flags, 'ignore'),
    })
    return {
      exitCode: report.stable ? exitCodes.done : exitCodes.findings,
      lines: renderTail(report),
      json: { summary: summarizeTail(report), ...report },
    }
  },
}

function patternsIn(flags: Readonly<Record<string, unknown>>, name: string): RegExp[] {
  const given = flags[name]
  const texts: readonly unknown[] = Array.isArray(given) ? given : []
  return texts.map((text) => {
    const pattern = patternOf(String(text))
    if (pattern !== undefined && text !== '') return pattern
    throw usageError(`--${name} "${String(text)}" is not a regular expression.`, {
      todo: ['Put a backslash before a character that is to stand for itself, as in \\(.'],
    })
  })
}
