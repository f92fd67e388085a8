import { usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { goBack } from '../story/rollback/going.js'
import { planRollbackTo } from '../story/rollback/planning.js'
import {
  renderRollbackOutcome,
  renderRollbackPlan,
  summarizeRollbackPlan,
} from '../terminal/render-rollback.js'
import type { Command } from './command.js'

export const rollbackCommand: Command = {
  name: 'rollback',
  usage: 'release rollback vN [--go] [flags]',
  about: [
    'Shows what going back to a release would mean: what it takes back, config vars too, which',
    'migrations ran since, and whether its release command accepts the newer database. Changes nothing;',
    'exit 2 when there is something to read first. --go does it: Heroku makes the release, once, its',
    'release command and its dynos are waited for. Migrations are not undone.',
  ],
  settings: [
    'databaseUrl',
    'deadlineMs',
    'restartSettleMs',
    'migrationsTable',
    'schema',
    'migrationsSchema',
    'token',
  ],
  flags: [{ name: 'go', type: 'boolean', about: 'Do it.' }],
  maxPositionals: 1,
  examples: [
    ['release rollback v40 --app chart', 'what it would mean'],
    ['release rollback v40 --go --app chart', 'do it'],
  ],
  run: async ({ world, flags, positionals }) => {
    const plan = await planRollbackTo(world, versionIn(positionals[0]))
    const lines = renderRollbackPlan(plan)
    if (flags['go'] !== true) {
      const clear = plan.existing !== undefined || (plan.refused === undefined && plan.warnings.length === 0)
      const json = { summary: summarizeRollbackPlan(plan), ...plan, outcome: null }
      return { exitCode: clear ? exitCodes.done : exitCodes.findings, lines, json }
    }
    for (const line of plan.warnings) world.log.warn('rollback', line)
    const outcome = await goBack(world, plan)
    const summary = renderRollbackOutcome(plan, outcome)
    return { exitCode: exitCodes.done, lines: [summary], json: { summary, ...plan, outcome } }
  },
}

function versionIn(word: string | undefined): number {
  const digits = /^v?(\d{1,9})$/.exec(word ?? '')?.[1]
  if (digits !== undefined) return Number(digits)
  const message =
    word === undefined
      ? 'release rollback needs the release to go back to.'
      : `"${word}" is not the version of a release.`
  throw usageError(message, {
    todo: ['Name one: release rollback v40', 'See which there are: heroku releases'],
  })
}
