import type { QueryRule } from '../../core/proof.js'
import type { Tried } from './observation.js'

/** What one query meets on the new schema. */
export interface Symptom {
  readonly query: Tried
  readonly rule: QueryRule
  /** A warning: only the data can decide. A note: no error will say so, and new code has to act first. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly sqlstate?: string
  readonly table?: string
  /** What it does now, the end of a sentence that begins with `The query at routes/orders.js:41`. */
  readonly said: string
  readonly why: string
}

/** The same symptom again, at another moment. */
export const symptomKey = ({ query, rule, sqlstate, said }: Symptom): string =>
  JSON.stringify([query.readAt, query.sql, query.name, rule, sqlstate, said])

/** What the running code meets when it goes on with a statement that it has prepared before. */
export const preparedSymptom = (
  query: Tried,
  { sqlstate, message }: { readonly sqlstate: string; readonly message: string },
): Symptom => ({
  query,
  rule: 'proof-prepared-breaks',
  severity: 'error',
  sqlstate,
  said: `is prepared as ${query.name ?? ''} and fails with ${sqlstate} in every session that had prepared it before: ${message}`,
  why: 'A prepared statement keeps the columns and types that it was prepared with for as long as its session lives, and a pool keeps sessions for long.',
})
