import { formatDuration } from '../core/duration.js'
import { exitCodes } from '../core/exit-codes.js'
import type { MigrateOutcome, RestartOutcome } from '../core/outcome.js'
import { describeRestarted } from '../core/restarted.js'
import { migrate } from '../release.js'
import { renderMaintenanceOutcome } from '../terminal/render-maintenance.js'
import { migrationSettings, type Command, type CommandResult, type Invocation } from './command.js'

export const migrateCommand: Command = {
  name: 'migrate',
  usage: 'release migrate [flags]',
  about: [
    'Runs the pending migrations, each in a transaction of its own, while holding the release',
    'lock; then, by hand, restarts the dynos one at a time. In the release phase the platform',
    'starts the new dynos itself when this succeeds. Killed at any point, it is safe to run again.',
    'Commands before and after each step, a webhook, Slack: docs/hooks.md.',
  ],
  settings: [
    'databaseUrl',
    'skipMigrations',
    'reviewApps',
    'restart',
    'restartBatch',
    'restartSettleMs',
    'restartTimeoutMs',
    'healthPath',
    'healthStatus',
    'healthBody',
    'maintenance',
    'maintenanceDrainMs',
    'maintenanceWaitMs',
    'untilStableMs',
    'tailDeadlineMs',
    'lockWaitMs',
    'lockTimeoutMs',
    'lockRetryMs',
    'indexWaitMs',
    'endIdleBlockersMs',
    'deadlineMs',
    'judgeBreaks',
    'judgeStalls',
    'judgeUnknown',
    'migrateCommand',
    ...migrationSettings,
    'createSchema',
    'createMigrationsSchema',
    'lockValue',
    'log',
    'token',
    'webhookUrl',
    'webhookSecret',
    'webhookOn',
    'slackUrl',
    'slackOn',
  ],
  flags: [
    { name: 'dry-run', type: 'boolean', about: 'The same as release plan.' },
    {
      name: 'after-migrate',
      type: 'boolean',
      about: 'By hand: afterwards follow the log until the app is quiet, as release tail does; else exit 2.',
    },
    {
      name: 'adopt',
      type: 'boolean',
      about: 'Take over a database that the ledger gives to another app, such as a fork of its database.',
    },
  ],
  examples: [
    ['release migrate', 'in the Procfile and at the prompt'],
    ['release migrate --dry-run', 'what it would do'],
    ['release migrate --restart never', 'leave the dynos alone'],
    ['release migrate --maintenance always', 'close the app meanwhile, with every process stopped'],
  ],
  run: async (invocation) => {
    if (invocation.flags['dry-run'] === true) {
      const { planCommand } = await import('./plan.js')
      return await planCommand.run(invocation)
    }
    if (invocation.flags['after-migrate'] === true) return await migrateAndFollow(invocation)
    const outcome = await migrateOnce(invocation)
    return { exitCode: exitCodes.done, lines: summary(outcome), json: { ...outcome } }
  },
}

const migrateOnce = async ({ world, flags }: Invocation): Promise<MigrateOutcome> =>
  await migrate(world, { adopt: flags['adopt'] === true })

// What follows the log is loaded by those who ask for it: the release phase never does.
async function migrateAndFollow(invocation: Invocation): Promise<CommandResult> {
  const { withAftermath } = await import('../story/tail/after-migrate.js')
  const { renderTail } = await import('../terminal/render-tail.js')
  const { outcome, tail } = await withAftermath(invocation.world, async () => await migrateOnce(invocation))
  const followed =
    tail.report === undefined ? [`The log was not followed: ${tail.reason}.`] : renderTail(tail.report)
  return {
    exitCode: tail.report?.stable === false ? exitCodes.findings : exitCodes.done,
    lines: [...summary(outcome), ...followed],
    json: { ...outcome, tail: tail.report ?? tail },
  }
}

/** The last lines of a release, for a person who reads nothing else. */
function summary(outcome: MigrateOutcome): string[] {
  const { applied, appliedCount, durationMs } = outcome
  switch (outcome.outcome) {
    case 'skipped':
      return [`Skipped: ${outcome.reason ?? ''}. Nothing was migrated or restarted.`]
    case 'nothing':
      return [`Nothing to do: ${countOf(appliedCount)} applied, none pending.`, ...dynoLines(outcome, false)]
    case 'applied':
      if (outcome.migrator !== undefined) {
        const line = `Done in ${formatDuration(durationMs)}: ${outcome.migrator} succeeded.`
        return [line, ...dynoLines(outcome, true)]
      }
      return [
        `Done in ${formatDuration(durationMs)}: ${countOf(applied.length)} applied (${names(applied)}), ${appliedCount} in all.`,
        ...dynoLines(outcome, true),
      ]
  }
}

const countOf = (count: number) => `${count} ${count === 1 ? 'migration' : 'migrations'}`

function names(applied: MigrateOutcome['applied']): string {
  const shown = applied.slice(0, 5).map(({ name }) => name)
  return applied.length > shown.length
    ? `${shown.join(', ')} and ${applied.length - shown.length} more`
    : shown.join(', ')
}

function dynoLines({ maintenance, restart }: MigrateOutcome, always: boolean): string[] {
  const closed = renderMaintenanceOutcome(maintenance)
  // Which says already that every process is new.
  return (maintenance?.renewed ?? []).length > 0 ? closed : [...closed, ...restartLines(restart, always)]
}

function restartLines(restart: RestartOutcome | undefined, always: boolean): string[] {
  if (restart === undefined) return []
  if (restart.restarted) {
    return restart.dynos.length === 0
      ? ['Restarted nothing: no dyno of the formation was running.']
      : [describeRestarted(restart)]
  }
  if (!always && restart.advice === undefined) return []
  const advice = restart.advice === undefined ? '' : ` Run: ${restart.advice}`
  return [`Not restarted: ${restart.reason}.${advice}`]
}
