import { performance } from 'node:perf_hooks'
import { isDown, type Dyno } from '../../core/restart.js'
import { watchDynos } from './dyno-watch.js'
import { lastLogLines } from '../logs.js'
import { createPace } from './pace.js'
import type { Platform } from '../platform.js'
import { replaceDynos } from './replace-dynos.js'
import { brokenOff, crashedError, lateError, outOfTimeError, unhealthyError } from './errors.js'
import { prepareHealth } from './health-check.js'
import { prepareRestart, type BatchedGroup } from './plan.js'
import { createQuotaGuard } from './quota.js'
import type { RestartOptions, RestartReport } from './report.js'
import { createTally, type Failure } from './tally.js'

const quarterHourMs = 15 * 60_000
const logsDeadlineMs = 5000

/**
 * Restarts an app's dynos in batches, process type by process type, web last, each batch only after the one before
 * it was up and stayed up, and the app answered where it is to be asked, so that the others go on serving. Release
 * and one-off dynos, and whatever else is not in the formation, are never touched. Who else restarts dynos meanwhile
 * (a deploy, the daily cycling) does part of the work: a dyno that is new already is only waited for.
 *
 * A crash ends it: code that does not boot on this schema would take down the rest. One exception: where
 * all dynos of a type were down before, there is nothing of that type to lose and the crash is no news, so
 * the other types go on and the report says `stillDown`.
 *
 * Rejects with `restart-crashed`, `restart-timeout` or `restart-unhealthy` (exit 1), a usage error for an unknown
 * process type or dyno, the platform's own errors, or the signal's reason; the last two say how far it came. One DELETE for each dyno, and a handful
 * of GETs for each batch. https://devcenter.heroku.com/articles/dyno-restarts
 */
export async function restartDynos(platform: Platform, options: RestartOptions): Promise<RestartReport> {
  const { app, signal, onEvent, perDynoDeadlineMs = 180_000, settleMs = 5000 } = options
  const startedMs = performance.now()
  const prepared = await prepareRestart(platform, options)
  const { groups, dynos, begunAt, resume, pending } = prepared
  const tally = createTally(prepared, options)
  const { total, restarted, successors, skipped, stillDown } = tally
  const batches = groups.flatMap((group) => group.batches).length
  const deadlineMs = options.deadlineMs ?? Math.max(quarterHourMs, batches * perDynoDeadlineMs)
  const watch = watchDynos(platform, app, dynos, { deadlineMs, signal })
  const pace = createPace(options.pollMs ?? 2000)
  const guardQuota = createQuotaGuard(platform, watch, onEvent)
  const hasWeb = groups.some(({ type }) => type === 'web')
  const checkHealth = hasWeb ? await prepareHealth(platform, options) : undefined

  if (total > 0 && pending !== undefined) onEvent({ kind: 'pending-release', version: pending })
  if (total > 0) onEvent({ kind: 'begin', total, batches, resume })
  try {
    for (const group of groups) await restartGroup(group)
  } catch (error) {
    throw brokenOff(tally.progress(), error)
  }
  const { rateLimitRemaining: requestsLeft } = platform
  const durationMs = performance.now() - startedMs
  return { app, restarted, skipped, stillDown, begunAt, batches, requestsLeft, durationMs }

  async function restartGroup(group: BatchedGroup): Promise<void> {
    const { type, quantity, size: batchSize } = group
    const names = group.dynos.map(({ name }) => name)
    const newer = skipped.filter((each) => each.type === type && each.reason === 'newer').length
    onEvent({ kind: 'type', type, quantity, dynos: names, newer, batchSize })
    const nothingToLose = group.dynos.every(isDown)
    for (const batch of group.batches) {
      await guardQuota(batch.length)
      if (watch.leftMs() === 0) throw outOfTimeError(tally.progress(), deadlineMs)
      const before = successors.length
      const endMs = performance.now() + perDynoDeadlineMs
      await restartBatch(batch, nothingToLose)
      if (type === 'web') await verify(quantity, successors.length - before, endMs)
      tally.batchOver()
    }
  }

  async function restartBatch(batch: readonly Dyno[], nothingToLose: boolean): Promise<void> {
    const failures: Failure[] = []
    const fallen = await replaceDynos(platform, watch, batch, {
      app,
      pace,
      settleMs,
      deadlineMs: perDynoDeadlineMs,
      restarted: successors,
      goOn: nothingToLose,
      onOrder: (dyno) => tally.ordered(dyno),
      onRefused: (dyno) => tally.refused(dyno),
      onDoubt: ({ name: dyno }, reason) => onEvent({ kind: 'unconfirmed', dyno, reason }),
      onPlace: (place) => {
        if (place.kind === 'up' || place.kind === 'gone') tally.settled(place)
        else failures.push(place)
      },
    })
    if (fallen !== undefined) await fail({ kind: 'crashed', old: fallen, dyno: fallen })
    const ends = !nothingToLose || watch.leftMs() === 0
    for (const failure of failures) {
      if (ends) await fail(failure)
      tally.failed(failure, false)
    }
  }

  async function verify(quantity: number, fresh: number, endMs: number): Promise<void> {
    if (checkHealth === undefined || fresh === 0) return
    const leftMs = Math.min(endMs - performance.now(), watch.leftMs())
    const { url, fault } = await checkHealth({ quantity, fresh, deadlineMs: leftMs })
    if (fault === undefined) return
    await watch.look()
    const ids = new Set(successors.map(({ id }) => id))
    const crashed = watch.dynos().find(({ id, state }) => state === 'crashed' && ids.has(id))
    if (crashed !== undefined) await fail({ kind: 'crashed', old: crashed, dyno: crashed })
    const last = successors.at(-1)?.name
    throw unhealthyError(tally.progress(), { url, fault, dyno: last, logs: await logsOf(last) })
  }

  async function fail(failure: Failure): Promise<never> {
    tally.failed(failure, true)
    const progress = tally.progress()
    if (failure.kind === 'crashed') {
      throw crashedError(progress, failure.dyno, await logsOf(failure.dyno.name))
    }
    if (failure.doubt !== undefined) throw brokenOff(progress, failure.doubt)
    throw lateError(progress, failure.old, {
      last: failure.dyno,
      waitedMs: failure.tookMs,
      fault: watch.fault(),
      wholeDeadline: watch.leftMs() === 0,
    })
  }

  async function logsOf(dyno: string | undefined): Promise<readonly string[]> {
    if (dyno === undefined) return []
    return await lastLogLines(platform, app, dyno, { deadlineMs: logsDeadlineMs, signal })
  }
}
