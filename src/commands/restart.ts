import { describeQuota, isQuotaNear } from '../core/api-quota.js'
import { parseDurationMs } from '../core/duration.js'
import { configurationError, usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { nameSome } from '../core/names.js'
import { parseMoment } from '../core/restart-resume.js'
import { describeRestarted } from '../core/restarted.js'
import type { RestartReport } from '../heroku/restart/report.js'
import { restartWished } from '../story/restart-wish.js'
import type { RestartWish } from '../story/restarting.js'
import type { Command, Invocation } from './command.js'

export const restartCommand: Command = {
  name: 'restart',
  usage: 'release restart [--type TYPE ...] [--dyno DYNO ...] [--stuck] [--older-than TIME] [flags]',
  about: [
    'Restarts the dynos of the formation, process type by process type, web last, one at a time or as many',
    'as --batch says: each up and settled before the next, and where --health-path is set, the app answering',
    'there. One-off and release dynos are never touched. A dyno that crashes on boot stops it and its last',
    'log lines are shown, so that the others go on serving. Stopped or cut off, it says which command goes',
    'on with the dynos that are still older.',
  ],
  settings: [
    'restartBatch',
    'restartSettleMs',
    'restartTimeoutMs',
    'healthPath',
    'healthStatus',
    'healthBody',
    'token',
    'databaseUrl',
  ],
  flags: [
    {
      name: 'type',
      type: 'string',
      shape: 'type',
      multiple: true,
      about: 'Only this process type; may be given several times.',
    },
    {
      name: 'dyno',
      type: 'string',
      shape: 'dyno',
      multiple: true,
      about: 'Only this dyno of the formation; may be given several times.',
    },
    {
      name: 'stuck',
      type: 'boolean',
      about:
        'Only dynos that were started before the last migration finished; the database is asked when that was.',
    },
    {
      name: 'older-than',
      type: 'string',
      shape: 'time',
      about:
        'Only dynos that were started before a moment (2026-11-21T16:07:30Z), or longer ago than that (10m), and those that are down.',
    },
  ],
  examples: [
    ['release restart --app chart', 'every process type, one dyno at a time'],
    ['release restart --stuck', 'what a migration left behind'],
    ['release restart --type web --batch 25%', 'web dynos only, a quarter of them at a time'],
    ['release restart --health-path /health', 'and the app must answer there'],
  ],
  run: async (invocation) => {
    const { world, flags } = invocation
    const { app } = world.config
    if (app === undefined) {
      throw configurationError('app-missing', 'Which app is to be restarted is not known.', {
        todo: ['Name it: release restart --app NAME, or set HEROKU_APP_NAME.'],
      })
    }
    const report = await restartWished(world, app, wishOf(flags))
    return {
      exitCode: exitCodes.done,
      lines: linesOf(report, flags),
      json: { ...report, requestsLeft: report.requestsLeft ?? null },
    }
  },
}

function wishOf(flags: Invocation['flags']): RestartWish & { readonly stuck: boolean } {
  const stuck = flags['stuck'] === true
  const olderThan = flags['older-than']
  if (stuck && olderThan !== undefined) {
    throw usageError('--stuck and --older-than both say how old a dyno must be.', {
      todo: ['Leave one of them out.'],
    })
  }
  return {
    stuck,
    types: textsOf(flags['type']),
    dynos: textsOf(flags['dyno']),
    olderThan: typeof olderThan === 'string' ? momentOf(olderThan) : undefined,
  }
}

const textsOf = (flag: Invocation['flags'][string]) => (Array.isArray(flag) ? flag : undefined)

function momentOf(text: string): NonNullable<RestartWish['olderThan']> {
  const ageMs = parseDurationMs(text)
  const moment = ageMs === undefined ? parseMoment(text) : { ageMs }
  if (moment !== undefined) return moment
  throw usageError(
    `--older-than "${text}" is neither a duration such as 10m nor a moment such as 2026-11-21T16:07:30Z.`,
  )
}

function linesOf(report: RestartReport, flags: Invocation['flags']): string[] {
  const { app, stillDown, requestsLeft } = report
  const dynos = report.restarted.map(({ dyno }) => dyno)
  return [
    ...(stillDown.length === 0 ? [] : [`Still down, as before: ${nameSome(stillDown)}.`]),
    ...(requestsLeft !== undefined && isQuotaNear(requestsLeft) ? [`${describeQuota(requestsLeft)}.`] : []),
    dynos.length === 0 ? nothingLine(report, flags) : describeRestarted({ ...report, dynos }, app),
  ]
}

function nothingLine({ app, skipped }: RestartReport, flags: Invocation['flags']): string {
  if (flags['stuck'] === true) return `Restarted nothing: no dyno of ${app} is older than the last migration.`
  const types = textsOf(flags['type'])
  const ofType = types === undefined ? '' : ` of type ${types.join(', ')}`
  return skipped.some(({ reason }) => reason === 'newer')
    ? `Restarted nothing: no dyno of ${app}${ofType} is older than that.`
    : `Restarted nothing: ${app} has no running dyno${ofType}.`
}
