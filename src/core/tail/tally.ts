import type { LogLine } from './log-line.js'
import type { Sign } from './recognise.js'

/** What was seen of one kind. */
export interface Kind extends Sign {
  /** How many lines said so. */
  readonly lines: number
  readonly first: Date
  readonly last: Date
  /** Who logged it, at most ten. */
  readonly dynos: readonly string[]
  /** The first few lines, whole. */
  readonly samples: readonly string[]
}

export interface Tally {
  /** Counts a line; returns the kind as it now stands. */
  add(sign: Sign, line: LogLine, whole: string): Kind
  /** Trouble first, the most frequent first. */
  kinds(): readonly Kind[]
}

const mostSamples = 3
const mostDynos = 10

/** Counts from nothing. */
export function createTally(): Tally {
  const kinds = new Map<string, Kind>()
  return {
    add: (sign, line, whole) => {
      const kind = addTo(kinds.get(sign.kind), sign, line, whole)
      kinds.set(sign.kind, kind)
      return kind
    },
    kinds: () =>
      [...kinds.values()].toSorted(
        (a, b) => Number(a.weight === 'noted') - Number(b.weight === 'noted') || b.lines - a.lines,
      ),
  }
}

function addTo(before: Kind | undefined, sign: Sign, line: LogLine, whole: string): Kind {
  const { at } = line
  const dyno = dynoOf(line)
  if (before === undefined) return { ...sign, lines: 1, first: at, last: at, dynos: dyno, samples: [whole] }
  const { dynos, samples } = before
  return {
    ...before,
    lines: before.lines + 1,
    first: at < before.first ? at : before.first,
    last: at > before.last ? at : before.last,
    dynos:
      dyno.every((name) => dynos.includes(name)) || dynos.length >= mostDynos ? dynos : [...dynos, ...dyno],
    samples: samples.length >= mostSamples ? samples : [...samples, whole],
  }
}

/** The router names the dyno that it asked, if it asked one. */
function dynoOf({ dyno, text }: LogLine): readonly string[] {
  if (dyno !== 'router') return [dyno]
  const asked = /\bdyno=(\S+)/.exec(text)?.[1]
  return asked === undefined ? [] : [asked]
}
