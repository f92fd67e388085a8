import type { Recording, SeenRequest } from '../recording.js'
import { groupBy } from './group.js'
import { phaseAt, type Phase, type PhaseName } from './phases.js'
import { routeOf } from './route.js'

/** The failures of one route. */
export interface FailedRoute {
  /** `GET /charts/:id` */
  readonly route: string
  /** Requests to it in all. */
  readonly requests: number
  readonly failures: number
  /** No request to it failed before the deploy. */
  readonly byDeploy: boolean
  readonly phases: readonly PhaseFailures[]
  readonly firstMs: number
  readonly lastMs: number
  /** What ended them: `500`, or the router's error as in `503 H10`. */
  readonly ends: readonly string[]
  /** The first few different lines of the app's log, or of the answer, that tell why. */
  readonly errors: readonly string[]
}

export interface PhaseFailures {
  readonly phase: PhaseName
  readonly failures: number
}

/** Whether a request failed: by its status, by the router, or because the client gave it up. */
export const hasFailed = ({ status, code }: SeenRequest) => status >= 500 || code === 'H27'

/** The routes that failed, those that failed because of the deploy first, most failures first. */
export function failuresByRoute(recording: Recording, phases: readonly Phase[]): FailedRoute[] {
  const byRoute = groupBy(recording.requests, routeOf)
  return [...byRoute]
    .flatMap(([route, requests]) => {
      const failed = requests.filter(hasFailed)
      return failed.length === 0 ? [] : [describe(recording, phases, { route, requests, failed })]
    })
    .toSorted((a, b) => Number(b.byDeploy) - Number(a.byDeploy) || b.failures - a.failures)
}

interface Group {
  readonly route: string
  readonly requests: readonly SeenRequest[]
  readonly failed: readonly SeenRequest[]
}

function describe(
  recording: Recording,
  phases: readonly Phase[],
  { route, requests, failed }: Group,
): FailedRoute {
  const inPhases = groupBy(failed, (request) => phaseAt(phases, request))
  const ends = failed.map(({ status, code }) => (code === undefined ? String(status) : `${status} ${code}`))
  return {
    route,
    requests: requests.length,
    failures: failed.length,
    byDeploy: !inPhases.has('before'),
    phases: phases.flatMap(({ name }) => {
      const here = inPhases.get(name)
      return here === undefined ? [] : [{ phase: name, failures: here.length }]
    }),
    firstMs: Math.min(...failed.map(({ atMs }) => atMs)),
    lastMs: Math.max(...failed.map(({ endMs }) => endMs)),
    ends: [...new Set(ends)],
    errors: errorsOf(recording, failed),
  }
}

const mostErrors = 3
// What an app writes about a request may come a little after its answer.
const laterMs = 150

/** What the dyno wrote meanwhile that reads as an error; where it wrote nothing, how the answer begins. */
function errorsOf({ lines }: Recording, failed: readonly SeenRequest[]): string[] {
  const errors = new Set<string>()
  for (const request of failed) {
    if (errors.size >= mostErrors) break
    const line = lines.find(
      ({ atMs, dyno, text }) =>
        dyno === request.dyno && atMs >= request.atMs && atMs <= request.endMs + laterMs && isError(text),
    )
    const [answer = ''] = request.code === undefined ? (request.excerpt ?? '').split('\n') : []
    const told = line?.text ?? answer
    if (told.trim() !== '') errors.add(told.trim().slice(0, 300))
  }
  return [...errors]
}

const isError = (text: string) =>
  /error|exception|fatal|panic|does not exist|violates|refused|terminat/i.test(text)
