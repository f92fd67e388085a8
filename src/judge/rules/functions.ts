import { isKnownFunction } from '../changes/known-functions.js'
import type { State } from '../state/state.js'

// https://www.postgresql.org/docs/current/xfunc-volatility.html, with pg_proc of 18, pgcrypto and uuid-ossp.
const volatile = new Set(
  `clock_timestamp currval gen_random_bytes gen_random_uuid gen_salt lastval nextval pg_sleep random random_normal
  set_config setval timeofday uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7`.split(
    /\s+/,
  ),
)

// Words that are functions without parentheses; all of them keep their value for a whole statement.
const words = new Set(
  `current_date current_time current_timestamp localtime localtimestamp current_role current_user user session_user
  current_catalog current_schema`.split(/\s+/),
)

/** Whether a call may give another value for each row. One that nobody has told of may, as most of them do. */
export function isVolatile(name: string, state: State): boolean {
  const declared = state.volatilityOf(name)
  if (declared !== undefined) return declared === 'volatile'
  return volatile.has(name) || !(words.has(name) || isKnownFunction([name]))
}
