import type { WaiverFor } from './waivers/waiver.js'

/** A migration as the judge takes it: its SQL, wherever that comes from. */
export interface JudgedFile {
  readonly path: string
  readonly texts: readonly JudgedText[]
  readonly noTransaction: boolean
  /** It runs once no old code is left, so it cannot break any. */
  readonly contract: boolean
  /** Waivers that stand in its code; those in the comments of SQL are found in the texts. */
  readonly waivers?: readonly WaiverFor[]
}

export interface JudgedText {
  /** Undefined: not known before it runs, and `why` says so. */
  readonly sql: string | undefined
  readonly why?: string
  /** Line of the file in which the text begins, or which made it. From 1. */
  readonly line: number
  /** The text stands in the file; otherwise code made it, and all of it belongs to its one line. */
  readonly inFile: boolean
}
