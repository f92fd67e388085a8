import { literalsOf, shapeOf } from '../core/sql-shape.js'

/** A query that is worth a look: it is new, or has not been looked at for a while. */
export interface Sent {
  readonly text: string
  readonly name: string | undefined
  readonly parameterTypes: readonly (number | string)[] | undefined
  readonly site: string | undefined
}

export interface Recorder {
  /** Whether to look closer at a query that the app sends: on nearly every call no, and that is cheap. Never throws. */
  isDue(text: string): boolean
  /** Takes down what the look has found. Never throws. */
  take(sent: Sent): void
}

interface Known {
  /** How often it was sent. */
  count: number
  /** Names and sites that are written down. */
  readonly written: Set<string>
  /** Literals that its texts have had: one may break where another does not, such as the label of an enum. */
  readonly literals: Set<string>
}

export interface Limits {
  /** Distinct queries, by shape. */
  readonly queries: number
  readonly sitesPerQuery: number
  /** Texts of a query that differ in their literals. */
  readonly literalsPerQuery: number
  /** UTF-16 units of texts that are kept, to know them again at once. */
  readonly keptLength: number
  /** UTF-16 units of a text; a longer one is not recorded. */
  readonly textLength: number
}

export const defaultLimits: Limits = {
  queries: 5000,
  sitesPerQuery: 50,
  literalsPerQuery: 20,
  keptLength: 4_000_000,
  textLength: 100_000,
}

// A query that is sent over and over is looked at now and then, for other places that send it.
const alwaysLooked = 32
const thenEvery = 256

/**
 * Writes each distinct query once: by shape, name and site, and the first of those that differ in literals alone. What it keeps is bounded, and the file says when
 * something was left out. `write` appends a line and returns whether that went well; after one that did not, nothing
 * is recorded any more.
 */
export function createRecorder(write: (line: string) => boolean, limits = defaultLimits): Recorder {
  const byText = new Map<string, Known>()
  const byShape = new Map<string, Known>()
  let keptLength = 0
  let stopped = false
  let full = false
  let tooLong = false
  const put = (line: object) => {
    stopped = !write(`${JSON.stringify(line)}\n`)
  }
  const knownOf = (text: string): Known | undefined => {
    const known = byText.get(text)
    if (known !== undefined || full) return known
    if (text.length > limits.textLength) {
      if (!tooLong) put({ leftOut: `texts of more than ${limits.textLength} characters` })
      tooLong = true
      return undefined
    }
    const shape = shapeOf(text)
    const same = byShape.get(shape) ?? {
      count: 0,
      written: new Set(),
      literals: new Set(),
    }
    if (!byShape.has(shape) && byShape.size === limits.queries) {
      full = true
      put({ leftOut: `all but the first ${limits.queries} distinct queries` })
      return undefined
    }
    byShape.set(shape, same)
    if (keptLength + text.length <= limits.keptLength) {
      keptLength += text.length
      byText.set(text, same)
    }
    return same
  }
  const isFresh = ({ literals }: Known, text: string): boolean => {
    const own = literalsOf(text)
    if (literals.has(own) || literals.size === limits.literalsPerQuery) return false
    if (keptLength + own.length > limits.keptLength) return false
    keptLength += own.length
    literals.add(own)
    return true
  }
  const takeDown = ({ text, name, site, parameterTypes }: Sent) => {
    const known = knownOf(text)
    if (known === undefined) return
    const key = `${name ?? ''}\n${site ?? ''}`
    const isElsewhere = !known.written.has(key) && known.written.size < limits.sitesPerQuery
    if (!isFresh(known, text) && !isElsewhere) return
    if (isElsewhere) known.written.add(key)
    put({ text, name, site, parameterTypes })
  }
  // Whatever it was, it is no concern of the app's.
  const quietly = <Result>(work: () => Result): Result | undefined => {
    try {
      return work()
    } catch {
      stopped = true
      return undefined
    }
  }
  return {
    isDue: (text) => {
      if (stopped) return false
      const same = byText.get(text)
      const known = same ?? quietly(() => knownOf(text))
      if (known === undefined) return false
      known.count += 1
      const hasRoom = known.literals.size < limits.literalsPerQuery && keptLength < limits.keptLength
      if (same === undefined && hasRoom) return true
      return known.count <= alwaysLooked || known.count % thenEvery === 0
    },
    take: (sent) => quietly(() => takeDown(sent)),
  }
}
