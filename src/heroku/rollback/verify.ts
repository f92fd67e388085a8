import { performance } from 'node:perf_hooks'
import type { Dyno } from '../../core/restart.js'
import { judgeRollout, type Rollout } from '../../core/rollback/rollout.js'
import { isPassing } from '../passing.js'
import { listDynos } from '../dynos.js'
import { listFormation } from '../formation.js'
import { pause } from '../pause.js'
import type { Platform } from '../platform.js'

export interface VerifyOptions {
  readonly app: string
  /** The release's version; a newer one will do as well. */
  readonly version: number
  readonly deadlineMs: number
  /** How long they must have been up, all of them. */
  readonly settleMs: number
  readonly pollMs: number
  readonly signal: AbortSignal
  readonly onChange: (rollout: Rollout) => void
}

export type Verified =
  | { readonly kind: 'up'; readonly dynos: readonly Dyno[] }
  | { readonly kind: 'crashed'; readonly dyno: Dyno }
  | { readonly kind: 'late'; readonly lacking: readonly string[] }

/**
 * Waits until every dyno of the formation is up on a release and has stayed up. Two GETs a look, whatever the
 * number of dynos; Heroku being unavailable for a while does not end the wait.
 */
export async function verifyDynos(platform: Platform, options: VerifyOptions): Promise<Verified> {
  const { settleMs, pollMs, signal } = options
  const endMs = performance.now() + options.deadlineMs
  let upSinceMs: number | undefined
  let told = ''
  let lacking: readonly string[] = ['not known which']
  for (;;) {
    const rollout = await look(platform, options)
    if (rollout !== undefined) {
      ;({ lacking } = rollout)
      const [fallen] = rollout.crashed
      if (fallen !== undefined) return { kind: 'crashed', dyno: fallen }
      if (lacking.join() !== told) options.onChange(rollout)
      told = lacking.join()
      upSinceMs = lacking.length > 0 ? undefined : (upSinceMs ?? performance.now())
      if (upSinceMs !== undefined && performance.now() - upSinceMs >= settleMs)
        return { kind: 'up', dynos: rollout.up }
    }
    if (performance.now() >= endMs) return { kind: 'late', lacking }
    await pause(pollMs, signal)
  }
}

async function look(
  platform: Platform,
  { app, version, signal }: VerifyOptions,
): Promise<Rollout | undefined> {
  try {
    const [dynos, formation] = await Promise.all([
      listDynos(platform, app, { signal }),
      listFormation(platform, app, { signal }),
    ])
    return judgeRollout(dynos, formation, version)
  } catch (error) {
    if (isPassing(error)) return undefined
    throw error
  }
}
