import { formatDuration } from '../../core/duration.js'
import { unavailableError, type ReleaseError } from '../../core/errors.js'
import { formatMoment } from '../../core/moment.js'
import type { TailReport } from '../../core/tail/report.js'
import { followLog, type LogFollower } from '../../heroku/log/follow.js'
import { renderTail } from '../../terminal/render-tail.js'
import { askPlatform } from '../asking.js'
import type { World } from '../world.js'
import { createTailRecord } from './record.js'
import { findSubject, limitsOf, type Limits, type Subject } from './subject.js'
import { watchUntilQuiet } from './watching.js'

export interface TailOptions {
  /** Older lines do not count; by default those from before the current release. */
  readonly since?: Date | undefined
  /** More than the settings name. */
  readonly patterns?: readonly RegExp[]
  readonly ignore?: readonly RegExp[]
}

/**
 * Follows the app's log until it has been quiet for `until-stable`, or so much quiet cannot be had any more
 * before `tail-deadline`; the report says which. Changes nothing. Rejects with 69 (`log-unavailable`) when the
 * log could not be reached, with the platform's own errors, or with the signal's reason, having told what it
 * saw until then.
 */
export async function tailUntilStable(world: World, options: TailOptions = {}): Promise<TailReport> {
  const { config, log } = world
  const limits = limitsOf(world)
  const { platform, app } = await askPlatform(world, 'tail')
  const subject = await findSubject({ platform, app }, options.since)
  const rules = {
    patterns: [...(config.tailPatterns ?? []), ...(options.patterns ?? [])],
    ignore: [...(config.tailIgnore ?? []), ...(options.ignore ?? [])],
  }
  const record = createTailRecord(log, rules, subject.since)
  const startedAtMs = performance.now()
  const stop = new AbortController()
  const signal = AbortSignal.any([world.signal, stop.signal])
  tellBeginning(world, subject, limits)
  const follower = followLog(platform, {
    app: subject.app,
    isFir: subject.isFir,
    signal,
    onLine: (line) => record.take(line),
    onGap: (from, to) => record.gap({ from, to }),
    onReconnect: (reason) => record.reconnected(reason),
  })
  const report = (stable: boolean): TailReport => ({
    app: subject.app,
    release: subject.release,
    since: subject.since,
    stable,
    untilStableMs: limits.untilStableMs,
    watchedMs: Math.round(performance.now() - startedAtMs),
    ...record.soFar(),
  })
  try {
    const watched = { subject, limits, platform, follower, record, log, startedAtMs, signal }
    const stable = await watchUntilQuiet(watched)
    if (record.quietSinceMs() === undefined) throw neverReached(subject.app, follower, limits)
    return report(stable)
  } catch (error) {
    if (world.signal.aborted) for (const line of renderTail(report(false))) log.info('tail', line)
    throw error
  } finally {
    stop.abort()
  }
}

function tellBeginning({ log }: World, { app, release, since }: Subject, limits: Limits): void {
  const name = release === undefined ? app : `${app} v${release}`
  const quiet = formatDuration(limits.untilStableMs)
  const most = formatDuration(limits.deadlineMs)
  log.info('tail', `following ${name} until it is quiet for ${quiet}, for ${most} at most`, { since })
  log.info('tail', `counting what was logged since ${formatMoment(since)}`)
}

function neverReached(app: string, follower: LogFollower, { deadlineMs }: Limits): ReleaseError {
  const why = follower.fault() ?? 'Heroku made a session for it, whose stream did not begin'
  return unavailableError(
    'log-unavailable',
    `The log of ${app} could not be reached within ${formatDuration(deadlineMs)}${why === undefined ? '' : `: ${why}`}.`,
    { todo: [`Look at https://status.heroku.com, and whether this shows the log: heroku logs --app ${app}`] },
  )
}
