export type Hazard = 'compatibility' | 'lock' | 'order' | 'unjudged'

/** What the judge says of one statement. Lines count from 1. */
export interface Finding {
  readonly file: string
  readonly line: number
  /** The statement as it is written. */
  readonly statement: string
  readonly hazard: Hazard
  readonly rule: string
  readonly severity: 'error' | 'warning'
  readonly table: string | undefined
  /** The danger, one sentence. */
  readonly message: string
  /** Its reason, one sentence. */
  readonly why: string
  /** What to write instead, ready to paste where that is possible. */
  readonly instead: string
  /** What the running code would meet. */
  readonly sqlstate?: string
  /** Where the running code sends the query that meets it: `routes/orders.js:41`. */
  readonly site?: string
  /** That query, as the code sends it. */
  readonly query?: string
  /** Why somebody allowed it. */
  readonly waiver?: Waiver
}

export interface Waiver {
  readonly reason: string
  /** A day, `2027-03-01`, after which it counts no more. */
  readonly until?: string
}

/** What only the running code's own queries can decide; never an error. */
export interface Note {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

export type Verdict = 'safe' | 'stalls' | 'breaks' | 'unknown'

/** The worst of what is not waived: what breaks before what stalls before what could not be judged. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const open = new Set(findings.filter(({ waiver }) => waiver === undefined).map(({ hazard }) => hazard))
  if (open.has('compatibility')) return 'breaks'
  if (open.has('lock') || open.has('order')) return 'stalls'
  return open.has('unjudged') ? 'unknown' : 'safe'
}

/** Whether a finding ends `release check` with 2: an error, or what could not be judged, that nobody allowed. */
export const stopsCheck = ({ severity, waiver, hazard }: Finding): boolean =>
  waiver === undefined && (severity === 'error' || hazard === 'unjudged')
