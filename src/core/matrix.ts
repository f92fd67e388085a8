/** V0 is the code that is running, V1 the code that is to be released. */
export type Code = 'V0' | 'V1'

/** S0 is the schema of V0, S1 what the pending migrations make of it, S2 what the contract migrations make of that. */
export type SchemaStage = 'S0' | 'S1' | 'S2'

/** How the tests of one code went on one schema. */
export interface MatrixCell {
  readonly code: Code
  readonly schema: SchemaStage
  /** `flaky`: they failed, and passed when they were run once more. */
  readonly outcome: 'passed' | 'failed' | 'flaky'
  /** Whether this is how it has to be; only the running code may fail, on the schema of the contracts. */
  readonly fine: boolean
  readonly durationMs: number
  /** Of a run that failed: its last lines. */
  readonly output: readonly string[]
}

/** The tests of both codes on the schemas that they meet. */
export interface TestMatrix {
  readonly command: string
  /** Where the running code was taken from: `origin/main (1a2b3c4)`. */
  readonly base: string
  readonly migrations: number
  readonly contracts: number
  readonly cells: readonly MatrixCell[]
}
