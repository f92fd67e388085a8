import { randomFrom } from '../points.js'

export const blows = ['SIGKILL', 'SIGTERM', 'terminate', 'cut'] as const

/** What befalls a process: `terminate` is pg_terminate_backend, `cut` takes its connection away. */
export interface Blow {
  readonly kind: (typeof blows)[number]
  /** It falls this long after so many messages have passed between the process and the server. */
  readonly message: number
  readonly delayMs: number
}

export interface Part {
  readonly who: 'release' | 'node-pg-migrate'
  /** How many of the migrations its folder holds: the releases are three versions of one app. */
  readonly files: number
  readonly startMs: number
  readonly blow: Blow | undefined
}

/** Everything that a seed decides. */
export interface Schedule {
  readonly seed: number
  readonly parts: readonly Part[]
}

const most = { startMs: 1500, message: 260, delayMs: 400 }

/** Three releases of one app and node-pg-migrate's command, and what befalls them; the same for the same seed. */
export function planSchedule(seed: number): Schedule {
  const random = randomFrom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const blow = (): Blow | undefined => {
    const kind = blows[below(blows.length + 1)]
    const message = 1 + below(most.message)
    // Half of them fall at the message itself, the others in the silence behind it.
    const delayMs = below(2) * below(most.delayMs)
    return kind === undefined ? undefined : { kind, message, delayMs }
  }
  const part = (who: Part['who'], files: number): Part => ({
    who,
    files,
    startMs: below(most.startMs),
    blow: blow(),
  })
  return {
    seed,
    parts: [
      part('release', 3),
      part('release', 5),
      part('release', 7),
      part('node-pg-migrate', [3, 5, 7][below(3)] ?? 7),
    ],
  }
}

/** One line for people. */
export const describeSchedule = ({ seed, parts }: Schedule): string =>
  `schedule ${seed}: ${parts.map(describePart).join('; ')}`

function describePart({ who, files, startMs, blow }: Part): string {
  const befalls =
    blow === undefined ? 'undisturbed' : `${blow.kind} ${blow.delayMs} ms after message ${blow.message}`
  return `${who} of ${files} files at ${startMs} ms, ${befalls}`
}
