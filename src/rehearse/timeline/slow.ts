import type { SeenRequest } from '../recording.js'
import { hasFailed } from './failures.js'
import { groupBy } from './group.js'
import { latencyOf } from './latency.js'
import { phaseAt, type Phase, type PhaseName } from './phases.js'
import { routeOf } from './route.js'

/** The slow requests of one route, in one part of the deploy. */
export interface SlowRoute {
  readonly route: string
  readonly phase: PhaseName
  readonly slow: number
  readonly longestMs: number
}

/** Requests that were served, and took `slowMs` or more. */
export const isSlow = (request: SeenRequest, slowMs: number) =>
  !hasFailed(request) && latencyOf(request) >= slowMs

/** The routes that were slow, part by part, those with the most slow requests first in each. */
export function slowByRoute(
  requests: readonly SeenRequest[],
  phases: readonly Phase[],
  slowMs: number,
): SlowRoute[] {
  const slow = requests.filter((request) => isSlow(request, slowMs))
  const byPhase = groupBy(slow, (request) => phaseAt(phases, request))
  return phases.flatMap(({ name }) =>
    [...groupBy(byPhase.get(name) ?? [], routeOf)]
      .map(([route, each]) => ({
        route,
        phase: name,
        slow: each.length,
        longestMs: each.reduce((most, request) => Math.max(most, latencyOf(request)), 0),
      }))
      .toSorted((a, b) => b.slow - a.slow),
  )
}
