import { performance } from 'node:perf_hooks'
import {
  isDown,
  planRestart,
  unknownTypes,
  type Dyno,
  type ProcessType,
  type RestartGroup,
  type Skip,
} from '../core/restart.js'
import { watchDynos } from './dyno-watch.js'
import { listDynos } from './dynos.js'
import { listFormation } from './formation.js'
import { lastLogLines } from './logs.js'
import type { Platform } from './platform.js'
import { replaceDyno, type Replacement } from './replace-dyno.js'
import { brokenOff, crashedError, lateError, unknownTypesError, type Progress } from './restart-errors.js'
import type { RestartedDyno, RestartOptions, RestartReport } from './restart-report.js'

const quarterHourMs = 15 * 60_000
const logsDeadlineMs = 5000

/**
 * Restarts an app's dynos one at a time, process type by process type, web last, each only after the one
 * before it was up and stayed up, so that the others go on serving. Release and one-off dynos, and whatever
 * else is not in the formation, are never touched. Who else restarts dynos meanwhile (a deploy, the daily
 * cycling) does part of the work: a dyno that is new already is only waited for.
 *
 * A crash ends it: code that does not boot on this schema would take down the rest. One exception: where
 * all dynos of a type were down before, there is nothing of that type to lose and the crash is no news, so
 * the other types go on and the report says `stillDown`.
 *
 * Rejects with `restart-crashed` or `restart-timeout` (exit 1), a usage error for an unknown process type,
 * the platform's own errors, or the signal's reason. One GET per poll, whatever the number of dynos.
 * https://devcenter.heroku.com/articles/dyno-restarts
 */
export async function restartDynos(platform: Platform, options: RestartOptions): Promise<RestartReport> {
  const { app, types, signal, onEvent } = options
  const startedMs = performance.now()
  const formation = await listFormation(platform, app, { signal })
  refuseUnknownTypes(app, types ?? [], formation)
  const dynos = await listDynos(platform, app, { signal })
  const plan = planRestart(dynos, formation, types)
  const waiting = plan.groups.flatMap((group) => group.dynos)
  const total = waiting.length
  const deadlineMs = options.deadlineMs ?? Math.max(quarterHourMs, total * 60_000)
  const watch = watchDynos(platform, app, dynos, { deadlineMs, signal })
  const limits = {
    app,
    perDynoDeadlineMs: options.perDynoDeadlineMs ?? 180_000,
    pollMs: options.pollMs ?? 2000,
    settleMs: options.settleMs ?? 5000,
  }
  const restarted: RestartedDyno[] = []
  const successors: Dyno[] = []
  const skipped: Skip[] = []
  const stillDown: string[] = []
  let underway: string | undefined

  for (const known of plan.skipped) skip(known)
  try {
    for (const group of plan.groups) await restartGroup(group)
  } catch (error) {
    throw signal?.aborted === true ? error : brokenOff(progress(), error)
  }
  return { app, restarted, skipped, stillDown, durationMs: performance.now() - startedMs }

  async function restartGroup({ type, quantity, dynos: members }: RestartGroup): Promise<void> {
    onEvent({ kind: 'type', type, quantity, dynos: members.map(({ name }) => name) })
    const nothingToLose = members.every(isDown)
    for (const dyno of members) {
      const { name, state } = dyno
      waiting.shift()
      underway = name
      onEvent({ kind: 'restarting', type, dyno: name, state, position: total - waiting.length, total })
      const outcome = await replaceDyno(platform, watch, dyno, successors, limits)
      if (outcome.kind === 'up') keep(dyno, outcome.dyno, outcome.tookMs)
      else if (outcome.kind === 'gone') skip({ type, dyno: name, reason: 'gone' })
      else await fail(dyno, outcome, nothingToLose)
      underway = undefined
    }
  }

  function keep(old: Dyno, successor: Dyno, tookMs: number): void {
    const { type, name: dyno } = old
    const { name, releaseVersion } = successor
    const entry = { type, dyno, successor: name, releaseVersion, tookMs, wasDown: isDown(old) }
    successors.push(successor)
    restarted.push(entry)
    onEvent({ kind: 'up', ...entry })
  }

  function skip(known: Skip): void {
    skipped.push(known)
    onEvent({ kind: 'skipped', ...known })
  }

  async function fail(old: Dyno, outcome: Failure, nothingToLose: boolean): Promise<void> {
    const { type } = old
    const found = outcome.kind === 'crashed' ? outcome.dyno : outcome.last
    const isEarlier = successors.some(({ name }) => name === found?.name)
    const ends = !nothingToLose || isEarlier || watch.leftMs() === 0
    if (outcome.kind === 'crashed') {
      const { name: dyno, state, releaseVersion } = outcome.dyno
      onEvent({ kind: 'crashed', type: outcome.dyno.type, dyno, state, releaseVersion, ends })
      if (!ends) return void stillDown.push(old.name)
      const logs = await lastLogLines(platform, app, dyno, { deadlineMs: logsDeadlineMs, signal })
      throw crashedError(progress(), outcome.dyno, logs)
    }
    const { last, tookMs: waitedMs } = outcome
    onEvent({ kind: 'late', type, dyno: old.name, state: last?.state, waitedMs, ends })
    if (!ends) return void stillDown.push(old.name)
    throw lateError(progress(), old, {
      last,
      waitedMs,
      fault: watch.fault(),
      wholeDeadline: watch.leftMs() === 0,
    })
  }

  function progress(): Progress {
    const up = restarted.map(({ successor }) => successor)
    return { app, restarted: up, underway, untouched: waiting.map(({ name }) => name) }
  }
}

type Failure = Exclude<Replacement, { kind: 'up' } | { kind: 'gone' }>

function refuseUnknownTypes(app: string, types: readonly string[], formation: readonly ProcessType[]): void {
  const unknown = unknownTypes(types, formation)
  if (unknown.length === 0) return
  const all = formation.map(({ type }) => type).toSorted()
  const refused = unknownTypes(all, formation)
  throw unknownTypesError(
    app,
    unknown,
    all.filter((type) => !refused.includes(type)),
  )
}
