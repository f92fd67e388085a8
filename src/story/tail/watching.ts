import { messageOf } from '../../core/errors.js'
import type { Log } from '../../core/log.js'
import { judgeQuiet } from '../../core/tail/quiet.js'
import { isPassing } from '../../heroku/passing.js'
import { listDynos } from '../../heroku/dynos.js'
import type { LogFollower } from '../../heroku/log/follow.js'
import { pause } from '../../heroku/pause.js'
import type { Platform } from '../../heroku/platform.js'
import type { TailRecord } from './record.js'
import type { Limits, Subject } from './subject.js'

export interface Watched {
  readonly subject: Subject
  readonly limits: Limits
  readonly platform: Platform
  readonly follower: LogFollower
  readonly record: TailRecord
  readonly log: Log
  readonly startedAtMs: number
  /** Ends the watch with its own reason. */
  readonly signal: AbortSignal
}

const lookMs = 500

/** Waits until the log has been quiet for long enough, true, or cannot be any more in time, false. */
export async function watchUntilQuiet(watched: Watched): Promise<boolean> {
  const { limits, follower, record, startedAtMs, signal } = watched
  for (;;) {
    if (record.quietSinceMs() === undefined && follower.following()) record.disturb()
    const watch = { startedAtMs, quietSinceMs: record.quietSinceMs(), ...limits }
    const judged = judgeQuiet(watch, performance.now())
    if (judged.verdict === 'hopeless') return false
    if (judged.verdict === 'stable' && follower.following() && (await isTrue(watched))) return true
    record.remind()
    const waitMs = judged.verdict === 'wait' ? Math.min(judged.waitMs, lookMs) : lookMs
    await Promise.race([pause(waitMs, signal), follower.over])
  }
}

/** Whether it is the quiet of an app that is well, not of a dead stream or of a dead dyno. */
async function isTrue(watched: Watched): Promise<boolean> {
  const { subject, follower, record, log } = watched
  const before = record.quietSinceMs()
  const fault = (subject.isFir ? undefined : await follower.catchUp()) ?? (await lookForCrashed(watched))
  if (fault !== undefined) log.warn('tail', `it is quiet, and that could not be confirmed: ${fault}`)
  return fault === undefined && record.quietSinceMs() === before
}

/** A dyno at crashed disturbs the quiet; returns why the dynos could not be listed. */
async function lookForCrashed(watched: Watched): Promise<string | undefined> {
  const { platform, subject, record, log, signal } = watched
  try {
    const dynos = await listDynos(platform, subject.app, { signal })
    const crashed = dynos.filter(({ state }) => state === 'crashed').map(({ name }) => name)
    record.down(crashed)
    if (crashed.length > 0)
      log.warn('tail', `the log is quiet, but crashed: ${crashed.join(', ')}`, { crashed })
    return undefined
  } catch (error) {
    if (isPassing(error)) return messageOf(error)
    throw error
  }
}
