import type { RecordedQuery } from '../../core/query.js'

/** A query, and where it was read: `queries.jsonl:12`. */
export interface ReadQuery {
  readonly query: RecordedQuery
  readonly readAt: string
}
