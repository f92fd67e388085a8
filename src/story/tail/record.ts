import { formatDuration } from '../../core/duration.js'
import type { Log } from '../../core/log.js'
import { formatMoment } from '../../core/moment.js'
import { parseLogLine } from '../../core/tail/log-line.js'
import { recognise, type Rules } from '../../core/tail/recognise.js'
import type { Gap, TailSoFar } from '../../core/tail/report.js'
import { createTally } from '../../core/tail/tally.js'

/** What has been seen of a log so far, told as it comes. */
export interface TailRecord {
  /** Takes a whole line of the log. */
  take(whole: string): void
  gap(gap: Gap): void
  reconnected(reason: string): void
  /** These dynos stand at crashed, which is no quiet. */
  down(crashed: readonly string[]): void
  /** Starts the quiet anew. */
  disturb(): void
  /** By `performance.now()`; undefined until the first `disturb`. */
  quietSinceMs(): number | undefined
  /** Tells, now and then, of lines that were only counted and of how long it has been quiet. */
  remind(): void
  soFar(): TailSoFar
}

const shownOfAKind = 5
const remindEveryMs = 30_000

/** Lines from before `since` do not count. */
export function createTailRecord(log: Log, rules: Rules, since: Date): TailRecord {
  const tally = createTally()
  const gaps: Gap[] = []
  const hidden = new Map<string, number>()
  let reconnects = 0
  let crashed: readonly string[] = []
  let quietSinceMs: number | undefined
  let remindedAtMs = performance.now()
  const disturb = () => {
    quietSinceMs = performance.now()
  }

  return {
    disturb,
    quietSinceMs: () => quietSinceMs,
    soFar: () => ({
      quietMs: quietSinceMs === undefined ? undefined : Math.round(performance.now() - quietSinceMs),
      kinds: tally.kinds(),
      gaps,
      reconnects,
      crashed,
    }),
    down: (names) => {
      crashed = names
      if (names.length > 0) disturb()
    },
    take: (whole) => {
      const line = parseLogLine(whole)
      if (line === undefined || line.at < since) return
      const sign = recognise(line, rules)
      if (sign === undefined) return
      const kind = tally.add(sign, line, whole)
      if (sign.weight === 'noted') return
      disturb()
      if (kind.lines > shownOfAKind) hidden.set(kind.kind, (hidden.get(kind.kind) ?? 0) + 1)
      else log.info('tail', `${kind.kind}: ${whole}`, { ...sign, line: whole })
    },
    gap: (gap) => {
      gaps.push(gap)
      disturb()
      const times = `${formatMoment(gap.from)} and ${formatMoment(gap.to)}`
      log.warn('tail', `lines between ${times} may be lost: the stream had been cut`, { ...gap })
    },
    reconnected: (reason) => {
      reconnects += 1
      log.info('tail', `the stream of the log is taken up again: ${reason}`)
    },
    remind: () => {
      if (performance.now() - remindedAtMs < remindEveryMs) return
      remindedAtMs = performance.now()
      for (const [kind, lines] of hidden) log.info('tail', `${kind}: ${lines} more`, { kind, lines })
      if (hidden.size === 0 && quietSinceMs !== undefined)
        log.info('tail', `quiet for ${formatDuration(performance.now() - quietSinceMs)}`)
      hidden.clear()
    },
  }
}
