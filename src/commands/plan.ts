import { exitCodes } from '../core/exit-codes.js'
import type { Forecast, Preview } from '../core/forecast.js'
import type { Drift } from '../core/drift.js'
import { foresee } from '../story/looking.js'
import { migrationSettings, type Command } from './command.js'

export const planCommand: Command = {
  name: 'plan',
  usage: 'release plan [flags]',
  about: [
    'Shows what release migrate would do now and why, with the SQL of each pending migration.',
    'Touches nothing: no lock, no table, and no code of a migration meets the database. Where the',
    'SQL cannot be known ahead (pgm.db), it says so. Exit 2 when migrate would refuse to run.',
  ],
  settings: [
    'databaseUrl',
    'reviewApps',
    'skipMigrations',
    'restart',
    'maintenance',
    'migrateCommand',
    ...migrationSettings,
    'lockValue',
    'token',
  ],
  flags: [],
  examples: [
    ['release plan', 'before a deploy'],
    ['release plan --json', 'the same for a script'],
  ],
  run: async ({ world }) => {
    const forecast = await foresee(world)
    const refused = forecast.refused !== undefined || blocking(forecast).length > 0
    return {
      exitCode: refused ? exitCodes.findings : exitCodes.done,
      lines: render(forecast),
      json: { ...forecast },
    }
  },
}

const blocking = ({ plan }: Forecast): readonly Drift[] =>
  plan?.drift.filter(({ policy }) => policy === 'error') ?? []

function render(forecast: Forecast): string[] {
  if (forecast.skipped !== undefined) {
    return [`Would skip: ${forecast.skipped}. Nothing would be migrated or restarted.`]
  }
  const { migrator, plan, previews, waitsFor, refused } = forecast
  const dynos = renderDynos(forecast)
  const before = [
    ...waitsFor.map((line) => `Would wait for the release lock, held by ${line}`),
    ...(refused === undefined ? [] : [`Would refuse: ${refused}.`]),
  ]
  if (migrator !== undefined) {
    const unknown = '    what it would apply, it alone knows'
    return [`Would run: ${migrator}`, unknown, ...before, ...dynos]
  }
  if (plan === undefined) return []
  const drift = plan.drift.flatMap(({ policy, message, todo }) => [
    `${policy === 'error' ? 'Would refuse' : 'Would warn'}: ${message}`,
    `  -> ${todo}`,
  ])
  return [
    ...previews.flatMap(renderPreview),
    ...before,
    ...(plan.ahead.length === 0 ? [] : [`The database is ahead of this code by: ${plan.ahead.join(', ')}.`]),
    ...drift,
    ...dynos,
    `${plan.pending.length} pending, ${plan.appliedCount} applied.`,
  ]
}

function renderPreview({ name, sql, inTransaction, unknown }: Preview): string[] {
  return [
    `${name} (${inTransaction ? 'in a transaction' : 'outside a transaction, statement by statement'})`,
    ...sql.flatMap((step) => step.split('\n').map((line) => `    ${line}`.trimEnd())),
    ...(unknown === undefined ? [] : [`    cannot be known ahead: ${unknown}`]),
    '',
  ]
}

function renderDynos({ maintenance, restart }: Forecast): string[] {
  const closed = maintenance ? ['Would close the app meanwhile: docs/maintenance.md says how.'] : []
  if (restart === undefined) return closed
  return [
    ...closed,
    restart.restart ? `Would restart ${restart.app}.` : `Would not restart: ${restart.reason}.`,
  ]
}
