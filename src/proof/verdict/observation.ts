import type { Node } from '../../judge/sql/grammar.js'

/** One statement of the running code that is tried on both schemas. */
export interface Tried {
  readonly sql: string
  readonly name?: string | undefined
  readonly sites: readonly string[]
  readonly parameterTypes?: readonly (number | string)[] | undefined
  /** Where it was read, `queries.jsonl:12`. */
  readonly readAt: string
  /** As the grammar read it; undefined: it did not. */
  readonly node: Node | undefined
}

/** What a server says of a query without running it. */
export interface Observation {
  readonly refusal: { readonly sqlstate: string; readonly message: string } | undefined
  readonly columns: readonly ObservedColumn[]
  /** Types of the parameters. */
  readonly parameters: readonly string[]
}

export interface ObservedColumn {
  readonly name: string
  /** `integer`, `timestamp with time zone`; one of the app's own with its schema, `public.mood`. */
  readonly type: string
  /** The table's column that it is, `16385.2`, the same while the table lives; undefined: it is computed. */
  readonly origin: string | undefined
}
