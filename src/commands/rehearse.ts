import { parseDurationMs } from '../core/duration.js'
import { usageError } from '../core/errors.js'
import type { Wishes } from '../rehearse/wishes.js'
import { rehearse } from '../rehearsal.js'
import { mainBranch } from '../story/git.js'
import type { Command, Invocation } from './command.js'

export const rehearseCommand: Command = {
  name: 'rehearse',
  usage: 'release rehearse [--since COMMIT] [--traffic WHAT] [--html FILE] [flags]',
  about: [
    'The whole deploy on this machine: the code of the base runs under your traffic on a scratch',
    'database, the release phase of the work tree migrates that, dynos are replaced, and every failed',
    'or slow request is shown on a timeline: before, during migration, between migration and boot,',
    'after. Both run by their own Procfile. Exit 2 when requests failed because of the deploy, 1 when',
    'the deploy itself failed. Nothing is written to DATABASE_URL, and no process here knows of it.',
  ],
  settings: ['scratchUrl', 'deadlineMs'],
  flags: [
    {
      name: 'since',
      type: 'string',
      shape: 'COMMIT',
      about: 'The code that is running: where the branch left this commit. Without it, the main branch.',
    },
    {
      name: 'traffic',
      type: 'string',
      shape: 'what',
      multiple: true,
      about:
        'GET /charts or a URL; a file of such lines, or an access log or router log to replay; or a command that makes requests to BASE_URL. Default GET /.',
    },
    { name: 'rate', type: 'string', shape: 'number', about: 'Requests a second, sent on time. Default 20.' },
    {
      name: 'header',
      type: 'string',
      shape: 'text',
      multiple: true,
      about: 'Sent with each request: "cookie: session=...", such as one of the seed.',
    },
    {
      name: 'types',
      type: 'string',
      shape: 'list',
      about: 'Process types and how many dynos of each, such as web=2,worker. Default web=1.',
    },
    {
      name: 'preboot',
      type: 'boolean',
      about: 'The old web dynos go on serving beside the new ones, as with Heroku’s preboot.',
    },
    {
      name: 'overlap',
      type: 'string',
      shape: 'duration',
      about: 'With --preboot, for how long: 3m on Heroku. Default 5s.',
    },
    {
      name: 'build',
      type: 'string',
      shape: 'command',
      about: 'Builds the copy of the base: "npm run build". The work tree is taken as it is.',
    },
    {
      name: 'seed',
      type: 'string',
      shape: 'command',
      about: 'Fills the database after the base has migrated it: "npm run seed".',
    },
    {
      name: 'config-vars',
      type: 'string',
      shape: 'path',
      about: 'Config vars, as NAME=value. A PostgreSQL URL in it becomes that of the scratch database.',
    },
    { name: 'slow', type: 'string', shape: 'duration', about: 'What counts as slow. Default 1s.' },
    {
      name: 'steady',
      type: 'string',
      shape: 'duration',
      about: 'Traffic before the deploy, and after it. Default 5s.',
    },
    { name: 'html', type: 'string', shape: 'file', about: 'Writes the report as one page with a picture.' },
  ],
  examples: [
    ["release rehearse --traffic 'GET /charts' --html rehearsal.html", 'this branch, with a picture'],
    ['release rehearse --since v42 --traffic router.log --rate 50', 'what visitors asked for yesterday'],
    ['release rehearse --traffic "node smoke.mjs" --preboot', 'a script of your own'],
  ],
  run: async (invocation) => {
    const { world } = invocation
    const report = await rehearse(world, await wishesOf(invocation))
    return { exitCode: report.exitCode, lines: report.lines, json: report.json }
  },
}

async function wishesOf({ flags, world }: Invocation): Promise<Wishes> {
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined)
  const list = (name: string): readonly string[] => (Array.isArray(flags[name]) ? flags[name] : [])
  const since = text('since') ?? (await mainBranch({ folder: world.config.folder, signal: world.signal }))
  if (since === undefined) {
    throw usageError('Nothing says which code is running: git knows no main branch of a remote here.', {
      todo: ['Name the commit: release rehearse --since v42'],
    })
  }
  return {
    since,
    traffic: list('traffic'),
    perSecond: numberOf('rate', text('rate') ?? '20'),
    headers: list('header').map(headerOf),
    types: typesOf(text('types') ?? 'web'),
    preboot: flags['preboot'] === true,
    overlapMs: durationOf('overlap', text('overlap') ?? '5s'),
    build: text('build'),
    seed: text('seed'),
    configVarsPath: text('config-vars'),
    slowMs: durationOf('slow', text('slow') ?? '1s'),
    steadyMs: durationOf('steady', text('steady') ?? '5s'),
    htmlPath: text('html'),
  }
}

function durationOf(flag: string, text: string): number {
  const durationMs = parseDurationMs(text)
  if (durationMs !== undefined) return durationMs
  throw usageError(`--${flag} must be a duration with its unit, such as 500ms or 10s, not "${text}".`)
}

function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (value > 0 && value <= 1000) return value
  throw usageError(`--${flag} must be a number above 0 and no more than 1000, not "${text}".`)
}

function headerOf(text: string): readonly [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(text) ?? []
  // The value may be a secret, so it is not shown.
  if (name === undefined || value === undefined) throw usageError('--header must be "name: value".')
  return [name, value]
}

function typesOf(text: string): ReadonlyMap<string, number> {
  const types = text.split(',').map((part): readonly [string, number] => {
    const [, type, quantity = '1'] = /^\s*([A-Za-z0-9_-]+)(?:=(\d{1,2}))?\s*$/.exec(part) ?? []
    if (type === undefined) throw usageError(`--types must be as in web=2,worker, not "${text}".`)
    return [type, Number(quantity)]
  })
  return new Map([['web', 1], ...types])
}
