/** The output of a release phase: kept, and followed while it is written. */
export interface Output {
  write(line: string): void
  end(): void
  lines(): readonly string[]
  ended(): boolean
  /** Calls back with every line, those written before too; `onEnd` after the last one. */
  follow(onLine: (line: string) => void, onEnd: () => void): () => void
}

/** Makes an empty output. */
export function createOutput(): Output {
  const kept: string[] = []
  const followers = new Set<{ onLine: (line: string) => void; onEnd: () => void }>()
  let ended = false
  return {
    write: (line) => {
      kept.push(line)
      for (const follower of followers) follower.onLine(line)
    },
    end: () => {
      ended = true
      for (const follower of followers) follower.onEnd()
      followers.clear()
    },
    lines: () => kept,
    ended: () => ended,
    follow: (onLine, onEnd) => {
      for (const line of kept) onLine(line)
      const follower = { onLine, onEnd }
      if (ended) onEnd()
      else followers.add(follower)
      return () => followers.delete(follower)
    },
  }
}
