export type StreamFate = 'cut' | 'end' | 'stall'

/** Something that goes wrong with requests to the Platform API. */
export type Fault = FaultMatch &
  (
    | { readonly kind: 'status'; readonly status: number; readonly id?: string; readonly message?: string }
    | { readonly kind: 'rate-limit' }
    /** No answer, ever; the connection stays open. */
    | { readonly kind: 'hang' }
    /** The right answer, this much later. */
    | { readonly kind: 'slow'; readonly delayMs: number }
    /** The head and half of the body, then the connection is gone. */
    | { readonly kind: 'cut-body' }
    /** The connection is gone before any answer. */
    | { readonly kind: 'reset' }
    /**
     * A log session's stream that goes wrong after so many lines: `cut` in the middle of the next one, `end` in
     * good order, or `stall`, which brings nothing more and stays open.
     */
    | { readonly kind: 'stream'; readonly lines: number; readonly fate: StreamFate }
    /** Status 200 and a page of HTML, as a proxy in between might send. */
    | { readonly kind: 'garbage' }
  )

export interface FaultMatch {
  readonly match?: { readonly method?: string; readonly path?: RegExp }
  /** How many requests it meets; default 1. */
  readonly times?: number
  /** How many matching requests pass before it begins; default 0. */
  readonly after?: number
  /**
   * Whether the request is carried out although its answer goes wrong: the case in which sending it again
   * does it twice. Default: yes for `slow` and `cut-body`, no for the others.
   */
  readonly carriedOut?: boolean
}

export interface Faults {
  /** Adds a fault; returns how many requests it has met so far, as a function. */
  add(fault: Fault): () => number
  /** The first fault that a request meets, counting it. */
  meet(method: string, path: string): Fault | undefined
  clear(): void
}

/** Makes an empty list of faults. Faults added first are met first. */
export function createFaults(): Faults {
  let entries: { fault: Fault; seen: number; met: number }[] = []
  return {
    add: (fault) => {
      const entry = { fault, seen: 0, met: 0 }
      entries.push(entry)
      return () => entry.met
    },
    meet: (method, path) => {
      for (const entry of entries) {
        if (!matches(entry.fault, method, path)) continue
        if (entry.met >= (entry.fault.times ?? 1)) continue
        entry.seen += 1
        if (entry.seen <= (entry.fault.after ?? 0)) continue
        entry.met += 1
        return entry.fault
      }
      return undefined
    },
    clear: () => {
      entries = []
    },
  }
}

function matches({ match = {} }: Fault, method: string, path: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false
  return (
    match.path === undefined ||
    new RegExp(match.path.source, match.path.flags.replace(/[gy]/g, '')).test(path)
  )
}
