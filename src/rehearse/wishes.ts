/** What a rehearsal is asked to do. */
export interface Wishes {
  /** The code that is running is where the work branched off from this commit. */
  readonly since: string
  /** Each a request, a file or a command; none is `GET /`. */
  readonly traffic: readonly string[]
  readonly perSecond: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Process types and how many dynos of each. */
  readonly types: ReadonlyMap<string, number>
  readonly preboot: boolean
  readonly overlapMs: number
  /** Builds the copy of the base. */
  readonly build: string | undefined
  /** Fills the database. */
  readonly seed: string | undefined
  readonly configVarsPath: string | undefined
  /** From here on a request is slow. */
  readonly slowMs: number
  /** How long traffic runs before the deploy, and after it. */
  readonly steadyMs: number
  readonly htmlPath: string | undefined
}
