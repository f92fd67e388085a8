import { phaseTitles } from '../timeline/phases.js'
import type { FailedRoute } from '../timeline/failures.js'
import type { SlowRoute } from '../timeline/slow.js'
import type { Report } from './report.js'

/** The verdict in one sentence, with what to do where something is wrong. */
export function verdictLine({ summary, recording }: Report): string {
  const { verdict, requests, failed } = summary
  const of = `${failed} of ${requests} requests failed because of the deploy`
  switch (verdict) {
    case 'none-failed':
      return `None of ${requests} requests failed because of the deploy${slowOnes(summary)}.`
    case 'some-failed':
      return `${of}: ${mostly(summary.routes)}${slowOnes(summary)}.`
    case 'release-failed':
      return `The release phase of v${recording.release.version} failed, so the deploy did not go through. Meanwhile ${of}.`
    case 'not-live':
      return `The deploy did not go through: ${recording.trouble ?? 'the new dynos did not come up'}. ${of}.`
  }
}

const slowOnes = ({ slow }: Report['summary']) =>
  slow === 0 ? '' : `; ${slow} ${slow === 1 ? 'was' : 'were'} slow`

/** Where failures of the deploy are, in the order of the parts. */
function mostly(routes: readonly FailedRoute[]): string {
  const counts = new Map<string, number>()
  for (const { byDeploy, phases } of routes) {
    for (const { phase, failures } of byDeploy ? phases : []) {
      counts.set(phaseTitles[phase], (counts.get(phaseTitles[phase]) ?? 0) + failures)
    }
  }
  return [...counts].map(([title, failures]) => `${failures} ${title}`).join(', ')
}

/** `53 during migration, the longest 2.5 s` */
export const slowLine = ({ phase, slow, longestMs }: SlowRoute): string =>
  slow === 1
    ? `1 ${phaseTitles[phase]}, ${latency(longestMs)}`
    : `${slow} ${phaseTitles[phase]}, the longest ${latency(longestMs)}`

/** Said only where it is so: the deploy is not to blame for these. */
export function anywayLine({ summary }: Report): string | undefined {
  const { failedAnyway } = summary
  return failedAnyway === 0
    ? undefined
    : `${failedAnyway} failed on routes that had failed before the deploy already: the traffic or the running code is wrong there.`
}

/** What was rehearsed, in one line. */
export const subject = ({ base, next, server, preboot, traffic }: Report) =>
  `${base} -> ${next}, on ${server}, ${preboot ? 'with' : 'without'} preboot, ${traffic}`

/** `5.04 s` since the traffic began. */
export const moment = (ms: number) => `${(Math.max(0, ms) / 1000).toFixed(2)} s`

/** `12 ms`, `1.2 s`. */
export const latency = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** `12 of 40 requests, 10 between migration and boot, 2 after; first at 5.04 s, last at 5.60 s: 500` */
export function routeLine({ requests, failures, phases, firstMs, lastMs, ends }: FailedRoute): string {
  const where = phases.map((each) => `${each.failures} ${phaseTitles[each.phase]}`).join(', ')
  const when = failures === 1 ? `at ${moment(firstMs)}` : `${moment(firstMs)} to ${moment(lastMs)}`
  return `${failures} of ${requests} failed (${where}), ${when}: ${ends.join(', ')}`
}
