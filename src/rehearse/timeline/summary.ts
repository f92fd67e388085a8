import { exitCodes, type ExitCode } from '../../core/exit-codes.js'
import type { Recording, SeenRequest } from '../recording.js'
import { failuresByRoute, hasFailed, type FailedRoute } from './failures.js'
import { latencyOf } from './latency.js'
import { phaseAt, phasesOf, type Phase } from './phases.js'
import { isSlow, slowByRoute, type SlowRoute } from './slow.js'

export type Verdict =
  /** The deploy went through, and no request failed because of it. */
  | 'none-failed'
  /** It went through, and requests failed because of it. */
  | 'some-failed'
  /** The release phase failed. */
  | 'release-failed'
  /** The new dynos did not come up. */
  | 'not-live'

export interface PhaseSummary extends Phase {
  readonly requests: number
  readonly failed: number
  /** Served, and slow. */
  readonly slow: number
  /** Undefined where no request belongs to the part. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly maxMs: number } | undefined
}

/** A recording, in figures. */
export interface Summary {
  readonly verdict: Verdict
  readonly phases: readonly PhaseSummary[]
  readonly requests: number
  /** Failed because of the deploy: of routes that had not failed before it. */
  readonly failed: number
  /** Failed before the deploy, or on a route that failed then: the traffic or the running code is wrong. */
  readonly failedAnyway: number
  readonly slow: number
  /** Those that failed, most failures because of the deploy first. */
  readonly routes: readonly FailedRoute[]
  /** Those that were served and slow. */
  readonly slowRoutes: readonly SlowRoute[]
}

/** Sums a recording up; requests that take `slowMs` are slow. */
export function summarize(recording: Recording, slowMs: number): Summary {
  const phases = phasesOf(recording)
  const routes = failuresByRoute(recording, phases)
  const sum = (read: (route: FailedRoute) => number) => routes.reduce((total, each) => total + read(each), 0)
  const failed = sum(({ byDeploy, failures }) => (byDeploy ? failures : 0))
  const parts = phases.map((phase) => summarizePhase(phase, phases, recording.requests, slowMs))
  return {
    routes,
    slowRoutes: slowByRoute(recording.requests, phases, slowMs),
    failed,
    phases: parts,
    verdict: verdictOf(recording, failed),
    requests: recording.requests.length,
    failedAnyway: sum(({ byDeploy, failures }) => (byDeploy ? 0 : failures)),
    slow: parts.reduce((total, { slow }) => total + slow, 0),
  }
}

export const exitCodeOf = (verdict: Verdict): ExitCode => {
  if (verdict === 'none-failed') return exitCodes.done
  return verdict === 'some-failed' ? exitCodes.findings : exitCodes.failed
}

function verdictOf({ release, liveMs }: Recording, failed: number): Verdict {
  if (!release.succeeded) return 'release-failed'
  if (liveMs === undefined) return 'not-live'
  return failed === 0 ? 'none-failed' : 'some-failed'
}

function summarizePhase(
  phase: Phase,
  phases: readonly Phase[],
  all: readonly SeenRequest[],
  slowMs: number,
): PhaseSummary {
  const requests = all.filter((request) => phaseAt(phases, request) === phase.name)
  const latencies = requests.map(latencyOf).toSorted((a, b) => a - b)
  return {
    ...phase,
    requests: requests.length,
    failed: requests.filter(hasFailed).length,
    slow: requests.filter((request) => isSlow(request, slowMs)).length,
    latency:
      latencies.length === 0
        ? undefined
        : {
            p50Ms: percentile(latencies, 0.5),
            p95Ms: percentile(latencies, 0.95),
            maxMs: latencies.at(-1) ?? 0,
          },
  }
}

/** By the nearest rank: always the latency of some request. */
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
