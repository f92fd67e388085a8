/** One line of an app's log. `source` is who wrote it: the app's own output, or the platform. */
export interface LogLine {
  readonly at: Date
  readonly source: 'app' | 'heroku'
  /** `web.1`, `release.1234`, `router`, `api`. */
  readonly dyno: string
  readonly text: string
  /** As `heroku logs` prints it: `2026-01-01T12:00:00.000000+00:00 app[web.1]: text`. */
  readonly line: string
}

/** Which lines to show; what is left out matches everything. `dyno` takes a name or a process type. */
export interface LogFilter {
  readonly source?: string | undefined
  readonly dyno?: string | undefined
  /** Only the newest so many. */
  readonly lines?: number | undefined
}

export interface Log {
  write(source: LogLine['source'], dyno: string, text: string): void
  lines(filter?: LogFilter): readonly LogLine[]
  /** Calls back for each new line; returns the function that ends it. */
  follow(listener: (line: LogLine) => void): () => void
}

/**
 * A log that keeps its newest `keep` lines. Heroku keeps 1,500:
 * https://devcenter.heroku.com/articles/logging#log-history-limits
 */
export function createLog(keep = 1500): Log {
  const kept: LogLine[] = []
  const followers = new Set<(line: LogLine) => void>()
  return {
    write: (source, dyno, text) => {
      const at = new Date()
      const line = { at, source, dyno, text, line: `${stamp(at)} ${source}[${dyno}]: ${text}` }
      kept.push(line)
      if (kept.length > keep) kept.splice(0, kept.length - keep)
      for (const follower of followers) follower(line)
    },
    lines: (filter = {}) => {
      const matching = kept.filter((line) => matches(line, filter))
      return filter.lines === undefined
        ? matching
        : matching.slice(Math.max(0, matching.length - filter.lines))
    },
    follow: (listener) => {
      followers.add(listener)
      return () => followers.delete(listener)
    },
  }
}

/** Whether a line passes a filter's source and dyno. */
export function matches(line: LogLine, filter: LogFilter): boolean {
  if (filter.source !== undefined && line.source !== filter.source) return false
  if (filter.dyno === undefined || line.dyno === filter.dyno) return true
  return line.dyno.startsWith(`${filter.dyno}.`) || line.dyno.startsWith(`${filter.dyno}-`)
}

// Logplex writes microseconds and an offset, where JavaScript writes milliseconds and a Z.
const stamp = (at: Date) => at.toISOString().replace('Z', '000+00:00')
