/** A query of the running code, as one line of a file of queries tells it. Values are never part of it. */
export interface RecordedQuery {
  readonly text: string
  /** The name that it is prepared under; undefined: it is sent without one. */
  readonly name?: string | undefined
  /** Where the code sends it, `routes/orders.js:41`, from the folder of the app. */
  readonly site?: string | undefined
  /** What each parameter was: the OID that went to the server, else what it was in JavaScript (`number`, `Date`). */
  readonly parameterTypes?: readonly (number | string)[] | undefined
}

/** A distinct query: recorded queries of one shape (sql-shape.ts) and one name are one, with all their sites. */
export interface Query extends Omit<RecordedQuery, 'site'> {
  readonly sites: readonly string[]
  /** Texts of the same query with other literals, each with its own sites: one may break where another does not. */
  readonly variants?: readonly QueryVariant[]
  /** Where it was read, `queries.jsonl:12`. */
  readonly readAt: string
}

export interface QueryVariant {
  readonly text: string
  readonly sites: readonly string[]
  readonly readAt: string
}
