import { formatDuration } from '../../core/duration.js'
import { failedError, messageOf, ReleaseError } from '../../core/errors.js'
import { hookVariables, type HookFacts, type HookName } from '../../core/hooks.js'
import { nameCommand } from '../../core/other-migrator.js'
import { startCommand, statusOf, type CommandEnd, type RunningCommand } from '../../shell/command.js'
import { meaningOf } from '../../shell/exit-status.js'
import type { World } from '../world.js'

export interface Hook {
  readonly name: HookName
  readonly command: string
  readonly facts: HookFacts
}

const graceMs = 3000
/** What is left to a hook that runs because the release was stopped: Heroku sends SIGKILL after 30 s. */
const stoppedMs = 5000
const tailLines = 25

/** Runs a hook to its end, at the latest `hooks.timeout` from now. Resolves with what was wrong; never rejects. */
export async function runHook(world: World, hook: Hook): Promise<ReleaseError | undefined> {
  const { config, log, environment, signal } = world
  const { name, command, facts } = hook
  const tail: string[] = []
  log.info('hook', `${name}: ${nameCommand(command)}`)
  let running: RunningCommand
  try {
    running = startCommand({
      command,
      folder: config.folder,
      environment: { ...environment, ...hookVariables(name, facts) },
      onLine: (line) => {
        log.info('hook', `${name}: ${line}`)
        tail.push(line)
        if (tail.length > tailLines) tail.shift()
      },
    })
  } catch (error) {
    return failed(hook, `could not be started: ${messageOf(error)}`, [])
  }
  const wasStopped = signal.aborted
  const limitMs = wasStopped ? Math.min(stoppedMs, config.hooksTimeoutMs) : config.hooksTimeoutMs
  let late = false
  const timer = setTimeout(() => {
    late = true
    running.stop('SIGTERM', graceMs)
  }, limitMs)
  const onAbort = () => running.stop('SIGTERM', graceMs)
  signal.addEventListener('abort', onAbort, { once: true })
  const end = await running.ended
  clearTimeout(timer)
  signal.removeEventListener('abort', onAbort)
  if (late) return overdue(hook, limitMs, tail)
  return signal.aborted && !wasStopped ? stopped(hook, signal.reason, tail) : judge(hook, end, tail)
}

function judge(hook: Hook, end: CommandEnd, tail: readonly string[]): ReleaseError | undefined {
  const status = statusOf(end)
  return status === 0
    ? undefined
    : failed(hook, `failed with exit status ${status}${meaningOf(status).why}`, tail)
}

const untouched = 'Nothing was applied.'
const without = ({ name }: Hook) =>
  `Mend what it found and release again. Without it: take hooks.${name} out of the configuration.`

const failed = (hook: Hook, how: string, tail: readonly string[]) =>
  failedError('hook-failed', `The hook ${hook.name} ${how}.`, {
    detail: tail,
    state: untouched,
    todo: [without(hook)],
  })

const overdue = (hook: Hook, limitMs: number, tail: readonly string[]) =>
  failedError(
    'hook-timeout',
    `The hook ${hook.name} was ended: it took longer than ${formatDuration(limitMs)}.`,
    {
      detail: tail,
      state: untouched,
      todo: [without(hook), 'If it needs more time: hooks.timeout.'],
    },
  )

function stopped({ name }: Hook, reason: unknown, tail: readonly string[]): ReleaseError {
  const known = reason instanceof ReleaseError ? reason : failedError('stopped', 'Stopped.')
  return new ReleaseError(
    known.code,
    known.exitCode,
    `${known.message} It was at the hook ${name}, which has ended.`,
    {
      detail: tail,
      state: untouched,
      todo: ['Run the command again.', ...known.todo],
    },
  )
}
