/** Remembers the lines that were seen, so that a line which two streams bring counts once. */
export interface Seen {
  /** Opens one stream; the function says of each of its lines, in order, whether it is new. */
  stream(): (line: string) => boolean
}

/**
 * Streams of one log overlap: each begins with lines that were seen before. A line carries its time to the
 * microsecond, so the same text is the same line, unless it was logged several times within one: then the
 * stream that brings it most often is believed. Keeps the newest `keep` lines, many times more than a stream
 * begins with.
 */
export function createSeen(keep = 10_000): Seen {
  const all = new Map<string, number>()
  return {
    stream: () => {
      const own = new Map<string, number>()
      return (line) => {
        const times = count(own, line, keep)
        if (times <= (all.get(line) ?? 0)) return false
        count(all, line, keep)
        return true
      }
    },
  }
}

function count(counts: Map<string, number>, line: string, keep: number): number {
  const times = (counts.get(line) ?? 0) + 1
  // A Map keeps the order of insertion, so the first is the one that has not come for the longest time.
  counts.delete(line)
  counts.set(line, times)
  if (counts.size > keep) {
    const [oldest = ''] = counts.keys()
    counts.delete(oldest)
  }
  return times
}
