import type { Recording } from '../recording.js'

/** Something that happened at one moment of the deploy. */
export interface Event {
  readonly atMs: number
  readonly what: string
}

/** What happened, in its order; what was so before the traffic began is left out. */
export function eventsOf(recording: Recording): Event[] {
  const { release, steps, lives, liveMs, endMs } = recording
  const dynos = lives
    .filter(({ type }) => type !== 'release' && type !== 'run')
    .flatMap(({ dyno, version, fromMs, upMs, servesMs, servedMs, crashedMs, endMs: overMs }) => {
      const name = `${dyno} v${version}`
      return [
        event(fromMs, `${name} starts`),
        event(upMs, `${name} is up`),
        ...(servesMs === undefined || servesMs === upMs ? [] : [event(servesMs, `${name} gets requests`)]),
        event(servedMs, `${name} gets no more requests`),
        event(crashedMs, `${name} crashed`),
        ...(crashedMs === undefined ? [event(overMs, `${name} has ended`)] : []),
      ]
    })
  return [
    event(
      release.fromMs,
      release.hasCommand
        ? `release phase of v${release.version} begins`
        : `v${release.version} is released, without a release phase`,
    ),
    ...steps.map(({ name, outcome, fromMs, toMs }) =>
      event(toMs, `${name} ${outcome} (${Math.round(toMs - fromMs)} ms)`),
    ),
    ...(release.hasCommand
      ? [event(release.toMs, `release phase ${release.succeeded ? 'succeeded' : 'failed'}`)]
      : []),
    ...dynos,
    event(liveMs, `all dynos run v${release.version}`),
  ]
    .flatMap(({ atMs, what }) => (atMs === undefined || atMs < 0 || atMs > endMs ? [] : [{ atMs, what }]))
    .toSorted((a, b) => a.atMs - b.atMs)
}

const event = (atMs: number | undefined, what: string) => ({ atMs, what })
