import { messageOf, ReleaseError } from '../../core/errors.js'
import { mayVeto, type HookFacts, type HookName, type Hooks, type HookStep } from '../../core/hooks.js'
import type { World } from '../world.js'
import { runHook } from './run-hook.js'

export interface OpenHooks extends Hooks {
  /** Runs the `after` hooks of all steps that were begun and have not ended, the last one first. Never rejects. */
  end(error?: unknown): Promise<void>
}

/**
 * The hooks of one release: each runs once, also when a lost connection has its step done again. One with a veto
 * rejects with what stops the release; of any other it is only said what went wrong.
 */
export function createHooks(world: World, known: HookFacts): OpenHooks {
  const begun = new Set<HookStep>()
  let open: readonly HookStep[] = []
  let facts: HookFacts = { ...known, tool: undefined, started_at: new Date() }

  return {
    before: async (step, more) => {
      facts = { ...facts, ...more }
      if (begun.has(step)) return
      begun.add(step)
      await run(`before-${step}`)
      open = [step, ...open]
    },
    after: async (step, more) => {
      facts = { ...facts, ...more }
      if (open.includes(step)) await close(step, { outcome: 'done' })
    },
    end: async (error) => {
      const how = error === undefined ? { outcome: 'done' } : { outcome: 'failed', ...asFacts(error) }
      for (const step of open) await close(step, how)
    },
  }

  async function close(step: HookStep, how: HookFacts): Promise<void> {
    open = open.filter((other) => other !== step)
    await run(`after-${step}`, how)
  }

  async function run(name: HookName, how: HookFacts = {}): Promise<void> {
    const command = world.config[`hooks.${name}`]
    if (command === undefined) return
    const failure = await runHook(world, { name, command, facts: { ...facts, ...how } })
    if (failure === undefined) return
    if (mayVeto(name)) throw failure
    const goesOn = world.signal.aborted ? '' : ' The release goes on.'
    world.log.warn('hook', `${failure.message}${goesOn}`)
  }

  function asFacts(error: unknown): HookFacts {
    const error_code = error instanceof ReleaseError ? error.code : 'unexpected'
    return { error_code, error: world.redact(messageOf(error)) }
  }
}
