import type { SeenRequest } from '../recording.js'
import { eventsOf } from '../timeline/events.js'
import { hasFailed } from '../timeline/failures.js'
import { phaseAt } from '../timeline/phases.js'
import { latencyOf } from '../timeline/latency.js'
import type { Report } from './report.js'
import { verdictLine } from './words.js'

/** The report for machines; times count from the beginning of the traffic. */
export function renderJson(report: Report): Readonly<Record<string, unknown>> {
  const { summary, recording, base, next, server, preboot, slowMs } = report
  const { release, steps, lives } = recording
  const worth = recording.requests.filter((request) => hasFailed(request) || latencyOf(request) >= slowMs)
  return {
    base,
    next,
    server,
    preboot,
    slowMs,
    summary: verdictLine(report),
    verdict: summary.verdict,
    requests: summary.requests,
    failed: summary.failed,
    failedAnyway: summary.failedAnyway,
    slow: summary.slow,
    phases: summary.phases,
    routes: summary.routes,
    slowRoutes: summary.slowRoutes,
    events: eventsOf(recording),
    migrations: steps,
    dynos: lives,
    release: { version: release.version, succeeded: release.succeeded, output: release.output },
    failedOrSlow: worth.map((request) => jsonOf(request, phaseAt(summary.phases, request))),
  }
}

const jsonOf = (request: SeenRequest, phase: string) => {
  const { atMs, method, path, status, code, dyno, version } = request
  return { atMs, latencyMs: latencyOf(request), phase, method, path, status, code, dyno, version }
}
